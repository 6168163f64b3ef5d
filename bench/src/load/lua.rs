//! The script with which `wrk` sends our requests in turn and reports in one line.

use super::request::Request;

/// The line that [`script`] prints begins so.
pub(super) const MARK: &str = "measured";

/// A script that sends `requests` in turn.
pub(super) fn script(requests: &[Request]) -> String {
    let mut script = String::from("local requests = {\n");
    for request in requests {
        script.push('"');
        for byte in request.bytes() {
            match byte {
                b'"' | b'\\' => script.extend(['\\', char::from(byte)]),
                b' '..=b'~' => script.push(char::from(byte)),
                _ => script.push_str(&format!("\\{byte:03}")),
            }
        }
        script.push_str("\",\n");
    }
    script.push_str("}\nlocal count, at = #requests, 0\n");
    script.push_str("request = function() at = at % count + 1 return requests[at] end\n");
    script.push_str("done = function(summary, latency)\n  local e = summary.errors\n");
    script.push_str(&format!("  print(string.format('{MARK} %d %d %d %d %d', summary.requests,"));
    script.push_str(
        " summary.duration, latency:percentile(50), latency:percentile(99),\n    \
         e.connect + e.read + e.write + e.status + e.timeout))\nend\n",
    );
    script
}
