//! Ports on 127.0.0.1.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};

use anyhow::{Context as _, Result, bail};

/// Fails unless a program may listen on `port`; `part` is what for, `flag` and `variable` choose another one.
///
/// # Errors
/// One sentence with the port, what wanted it and how to change it.
pub fn require_free(port: u16, part: &str, flag: &str, variable: &str) -> Result<()> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(_free) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AddrInUse => bail!(
            "port {port}, wanted for the {part}, is taken by another program: \
             stop that program, or choose another port with {flag} or {variable}"
        ),
        Err(error) => Err(error).with_context(|| {
            format!("cannot listen on port {port} for the {part}: choose another with {flag} or {variable}")
        }),
    }
}

/// `N` different ports that are free now.
///
/// # Errors
/// When the machine has none left.
pub fn free<const N: usize>() -> Result<[u16; N]> {
    let mut ports = [0; N];
    // All are held until the last is known: no two are the same.
    let mut held = Vec::new();
    for port in &mut ports {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port on 127.0.0.1")?;
        *port = listener.local_addr().context("no free port on 127.0.0.1")?.port();
        held.push(listener);
    }
    Ok(ports)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_named_with_the_way_out() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = require_free(port, "edge", "--edge-port", "COUPONS_EDGE_PORT")
            .unwrap_err()
            .to_string();
        for part in [&port.to_string(), "edge", "--edge-port", "COUPONS_EDGE_PORT"] {
            assert!(error.contains(part), "{error} lacks {part}");
        }
        drop(taken);
        require_free(port, "edge", "--edge-port", "COUPONS_EDGE_PORT").unwrap();
    }
}
