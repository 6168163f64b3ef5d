//! Private and symmetric JSON Web Keys (RFC 7518 §6). They are read only where a caller asks for
//! one, into a [`SigningKey`], and never written. Invariant: the text read by this module is wiped.

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RsaKeyPair,
};
use base::encoding::parse_base64url;
use serde::Deserialize;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::key_error::KeyError;
use crate::signing_key::Pair;
use crate::{Algorithm, SigningKey};

#[derive(Deserialize, Zeroize, ZeroizeOnDrop)]
struct Members {
    kty: String,
    alg: Option<String>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
    n: Option<String>,
    e: Option<String>,
    d: Option<String>,
    p: Option<String>,
    q: Option<String>,
    dp: Option<String>,
    dq: Option<String>,
    qi: Option<String>,
    k: Option<String>,
}

impl SigningKey {
    /// Reads a private or symmetric JWK: `EC` on P-256, `OKP` on Ed25519, `RSA` with all its
    /// CRT members, or `oct`. Its name is derived anew; a `kid` in the JWK is ignored.
    ///
    /// # Errors
    /// [`KeyError`] names the member that is wrong.
    pub fn from_private_jwk(json: &str) -> Result<Self, KeyError> {
        let members: Members = serde_json::from_str(json).map_err(|_| KeyError::NotAJwk)?;
        let key = match (members.kty.as_str(), members.crv.as_deref()) {
            ("EC", Some("P-256")) => Self::from_pair(p256(&members)?)?,
            ("OKP", Some("Ed25519")) => Self::from_pair(ed25519(&members)?)?,
            ("RSA", None) => Self::from_pair(rsa(&members)?)?,
            ("oct", None) => Self::from_secret(&bytes(members.k.as_deref(), "k")?)?,
            ("EC" | "OKP", _) => return Err(KeyError::Member("crv")),
            _ => return Err(KeyError::Member("kty")),
        };
        match members.alg.as_deref().map(str::parse::<Algorithm>) {
            Some(alg) if alg != Ok(key.algorithm()) => Err(KeyError::Member("alg")),
            _ => Ok(key),
        }
    }
}

fn p256(members: &Members) -> Result<Pair, KeyError> {
    let x = bytes(members.x.as_deref(), "x")?;
    let y = bytes(members.y.as_deref(), "y")?;
    let d = bytes(members.d.as_deref(), "d")?;
    let point = [&[4], x.as_slice(), &y].concat();
    let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let pair = EcdsaKeyPair::from_private_key_and_public_key(algorithm, &d, &point);
    pair.map(Pair::Es256).map_err(|_| KeyError::Unfit)
}

fn ed25519(members: &Members) -> Result<Pair, KeyError> {
    let x = bytes(members.x.as_deref(), "x")?;
    let d = bytes(members.d.as_deref(), "d")?;
    if d.len() != 32 {
        return Err(KeyError::Member("d"));
    }
    let pair = Ed25519KeyPair::from_seed_and_public_key(&d, &x);
    pair.map(Pair::EdDsa).map_err(|_| KeyError::Unfit)
}

fn rsa(members: &Members) -> Result<Pair, KeyError> {
    let components = aws_lc_rs::rsa::KeyPairComponents {
        public_key: PublicKeyComponents {
            n: bytes(members.n.as_deref(), "n")?,
            e: bytes(members.e.as_deref(), "e")?,
        },
        d: bytes(members.d.as_deref(), "d")?,
        p: bytes(members.p.as_deref(), "p")?,
        q: bytes(members.q.as_deref(), "q")?,
        dP: bytes(members.dp.as_deref(), "dp")?,
        dQ: bytes(members.dq.as_deref(), "dq")?,
        qInv: bytes(members.qi.as_deref(), "qi")?,
    };
    let pair = RsaKeyPair::from_components(&components).map_err(|_| KeyError::Unfit)?;
    Ok(Pair::Rs256(Box::new(pair)))
}

fn bytes(member: Option<&str>, name: &'static str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let bytes = member.and_then(parse_base64url).ok_or(KeyError::Member(name))?;
    Ok(Zeroizing::new(bytes))
}
