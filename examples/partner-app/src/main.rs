//! `partner-app FILE [ADDRESS]`: the app as a program of its own. `FILE` holds [`Settings`] as JSON.

use std::error::Error;
use std::net::SocketAddr;

use partner_app::Settings;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("name the file with the registrations")?;
    let address: SocketAddr = arguments.next().as_deref().unwrap_or("127.0.0.1:8086").parse()?;
    let settings: Settings = serde_json::from_slice(&std::fs::read(file)?)?;
    let socket = TcpListener::bind(address).await?;
    Ok(partner_app::serve(socket, partner_app::router(settings)?).await?)
}
