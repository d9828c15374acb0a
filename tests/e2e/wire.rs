//! Requests that no HTTP library sends: written byte by byte to a socket.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

/// Longest wait for the next bytes of an answer: above every bound of the edge.
const PATIENCE: Duration = Duration::from_secs(40);

/// What came back on a connection: as much as the server sent before it closed, or before one answer was whole.
#[derive(Debug, Default)]
pub(crate) struct Reply {
    bytes: Vec<u8>,
}

impl Reply {
    /// The status of the first answer; `None` when the connection was closed without one.
    pub(crate) fn status(&self) -> Option<u16> {
        let text = String::from_utf8_lossy(&self.bytes);
        text.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Whether the first answer is there with its whole body.
    fn is_whole(&self) -> bool {
        let text = self.text();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            return false;
        };
        let head = head.to_ascii_lowercase();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
        match length {
            Some(length) => body.len() >= length,
            None => body.ends_with("0\r\n\r\n"),
        }
    }
}

/// A connection to `http://host:port`.
pub(crate) struct Wire(TcpStream);

impl Wire {
    pub(crate) fn connect(url: &str) -> Result<Self> {
        let address = url.strip_prefix("http://").context("no http URL")?;
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(Self(stream))
    }

    /// The same connection for a thread that only sends.
    pub(crate) fn clone_sender(&self) -> Result<Self> {
        Ok(Self(self.0.try_clone()?))
    }

    /// What the server does with a closed connection is its answer: an error here is none.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> bool {
        self.0.write_all(bytes).is_ok()
    }

    /// Nothing more is sent, but the answer is still read.
    pub(crate) fn finish_sending(&self) {
        _ = self.0.shutdown(Shutdown::Write);
    }

    /// Reads until an answer is whole or the server closes.
    pub(crate) fn read(&mut self) -> Result<Reply> {
        let mut reply = Reply::default();
        let mut buffer = [0; 4096];
        while !reply.is_whole() {
            match self.0.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => reply.bytes.extend_from_slice(buffer.get(..count).unwrap_or_default()),
                Err(error) => {
                    let kind = error.kind();
                    let timed_out = matches!(kind, std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut);
                    ensure!(!timed_out, "no answer within {PATIENCE:?}, only {:?}", reply.text());
                    break;
                }
            }
        }
        Ok(reply)
    }
}

/// The head of a POST with a bearer token and these header lines.
pub(crate) fn post_head(path: &str, bearer: &str, lines: &[&str]) -> String {
    let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
    format!("POST {path} HTTP/1.1\r\nHost: coupons.test\r\nAuthorization: Bearer {bearer}\r\n{lines}\r\n")
}
