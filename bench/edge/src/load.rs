//! Load on a port of the loopback interface: as fast as it is answered, at a constant rate, and with clients that leave.

use std::borrow::Cow;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, bail};

/// Longest wait for an answer: under Valgrind V8 compiles the Worker for half a minute before its first one.
const PATIENCE: Duration = Duration::from_secs(120);

/// Where a body has this, each request that is sent has a number of its own of as many digits.
pub(crate) const NUMBER: &str = "########";

/// One request as bytes.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    bytes: Vec<u8>,
    number_at: Option<usize>,
}

impl Request {
    /// A POST of JSON.
    pub(crate) fn post(path: &str, headers: &str, body: &str) -> Self {
        let length = body.len();
        let text = format!(
            "POST {path} HTTP/1.1\r\nHost: edge\r\nContent-Type: application/json\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
        );
        Self::of(text)
    }

    /// A GET.
    pub(crate) fn get(path: &str) -> Self {
        Self::of(format!("GET {path} HTTP/1.1\r\nHost: edge\r\n\r\n"))
    }

    fn of(text: String) -> Self {
        Self {
            number_at: text.find(NUMBER),
            bytes: text.into_bytes(),
        }
    }

    /// What is sent this time.
    fn next(&self) -> Cow<'_, [u8]> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let Some(at) = self.number_at else {
            return Cow::Borrowed(&self.bytes);
        };
        let number = format!("{:0width$}", NEXT.fetch_add(1, Ordering::Relaxed), width = NUMBER.len());
        let mut bytes = self.bytes.clone();
        bytes.splice(at..at + NUMBER.len(), number.into_bytes());
        Cow::Owned(bytes)
    }
}

/// A kept-alive connection.
struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    fn open(port: u16) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let buffer = vec![0; 16 * 1_024];
        Ok(Self { stream, buffer })
    }

    /// Status and body.
    fn send(&mut self, request: &Request) -> Result<(u16, &[u8])> {
        self.stream.write_all(&request.next())?;
        let mut filled = 0;
        loop {
            let room = self.buffer.get_mut(filled..).unwrap_or_default();
            let read = self.stream.read(room).context("no answer")?;
            if read == 0 {
                bail!("the connection or the buffer ended within an answer");
            }
            filled += read;
            let answer = self.buffer.get(..filled).unwrap_or_default();
            if let Some((status, start, end)) = parse(answer)?
                && filled >= end
            {
                return Ok((status, self.buffer.get(start..end).unwrap_or_default()));
            }
        }
    }
}

/// Status, and where the body starts and ends, once the head is there.
fn parse(answer: &[u8]) -> Result<Option<(u16, usize, usize)>> {
    let Some(head) = answer.windows(4).position(|window| window == b"\r\n\r\n") else {
        return Ok(None);
    };
    let text = std::str::from_utf8(answer.get(..head).unwrap_or_default())?;
    let status = text.split(' ').nth(1).context("no status")?.parse()?;
    let length = text
        .lines()
        .find_map(|line| {
            line.split_once(": ")
                .filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        })
        .with_context(|| format!("no length in {text}"))?;
    let start = head + 4;
    Ok(Some((status, start, start + length.1.parse::<usize>()?)))
}

/// One answer.
pub(crate) fn once(port: u16, request: &Request) -> Result<(u16, String)> {
    let mut connection = Connection::open(port)?;
    let (status, body) = connection.send(request)?;
    Ok((status, String::from_utf8_lossy(body).into_owned()))
}

/// Sends `count` requests over `connections`, each as soon as the one before is answered; answers the time it took.
pub(crate) fn closed(port: u16, request: &Request, connections: u64, count: u64) -> Result<Duration> {
    let start = Instant::now();
    let left = AtomicU64::new(count);
    in_parallel(connections, |_| {
        let mut connection = Connection::open(port)?;
        while left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
            .is_ok()
        {
            expect_ok(connection.send(request)?)?;
        }
        Ok(())
    })?;
    Ok(start.elapsed())
}

/// Sends at a constant rate for a time, whatever the answers, over at most `connections` at once; answers each latency
/// from the moment at which the request should have been sent, sorted.
pub(crate) fn open(
    port: u16,
    request: &Request,
    connections: u64,
    per_sec: f64,
    time: Duration,
) -> Result<Vec<Duration>> {
    let count = (per_sec * time.as_secs_f64()) as u64;
    let next = AtomicU64::new(0);
    let latencies = Mutex::new(Vec::new());
    let start = Instant::now() + Duration::from_millis(50);
    in_parallel(connections, |_| {
        let mut connection = Connection::open(port)?;
        let mut own = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                break;
            }
            let due = start + Duration::from_secs_f64(number as f64 / per_sec);
            if let Some(wait) = due.checked_duration_since(Instant::now()) {
                thread::sleep(wait);
            }
            expect_ok(connection.send(request)?)?;
            own.push(due.elapsed());
        }
        latencies
            .lock()
            .map_err(|_| anyhow!("a thread panicked"))?
            .append(&mut own);
        Ok(())
    })?;
    let mut latencies = latencies.into_inner().map_err(|_| anyhow!("a thread panicked"))?;
    latencies.sort();
    Ok(latencies)
}

/// Sends `count` requests; the client of every tenth goes away, by turns in the middle of its body and before it has its
/// answer.
pub(crate) fn with_aborts(port: u16, request: &Request, connections: u64, count: u64) -> Result<()> {
    let next = AtomicU64::new(0);
    in_parallel(connections, |_| {
        let mut connection = Connection::open(port)?;
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return Ok(());
            }
            if !number.is_multiple_of(10) {
                expect_ok(connection.send(request)?)?;
                continue;
            }
            let bytes = request.next();
            let sent = if number.is_multiple_of(20) {
                bytes.len() - 100
            } else {
                bytes.len()
            };
            connection.stream.write_all(bytes.get(..sent).unwrap_or_default())?;
            connection.stream.shutdown(Shutdown::Both)?;
            connection = Connection::open(port)?;
        }
    })
}

fn expect_ok((status, body): (u16, &[u8])) -> Result<()> {
    if status != 200 {
        bail!("answered {status} {}", String::from_utf8_lossy(body));
    }
    Ok(())
}

fn in_parallel(threads: u64, work: impl Fn(u64) -> Result<()> + Sync) -> Result<()> {
    thread::scope(|scope| {
        let started: Vec<_> = (0..threads)
            .map(|number| {
                scope.spawn({
                    let work = &work;
                    move || work(number)
                })
            })
            .collect();
        for thread in started {
            thread.join().map_err(|_| anyhow!("a thread panicked"))??;
        }
        Ok(())
    })
}
