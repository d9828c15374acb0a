//! A small mail server: takes mails over SMTP, and fails as it is told to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use mail_parser::{Address, MessageParser};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio_util::sync::CancellationToken;

/// How a conversation goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// 554 instead of a greeting.
    Unwelcome,
    /// 451 to the recipient.
    Defer,
    /// 550 to the recipient.
    Refuse,
    /// Silence after the recipient.
    Hang,
    /// The mail is taken, and the connection cut before the answer.
    DropAfterDot,
}

/// A mail that was taken.
#[derive(Debug, Clone)]
pub(crate) struct Delivered {
    pub(crate) envelope: (String, Vec<String>),
    pub(crate) message_id: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
    pub(crate) raw: String,
}

#[derive(Debug, Default)]
struct Store {
    mails: Vec<Delivered>,
    faults: VecDeque<Fault>,
    conversations: usize,
    abandoned: usize,
}

#[derive(Debug, Clone)]
pub(crate) struct FakeMailbox {
    pub(crate) url: String,
    store: Arc<Mutex<Store>>,
}

impl FakeMailbox {
    pub(crate) async fn start(stop: CancellationToken) -> Self {
        let store = Arc::new(Mutex::new(Store::default()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let shared = Arc::clone(&store);
        tokio::spawn(stop.run_until_cancelled_owned(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let fault = {
                    let mut store = shared.lock().unwrap();
                    store.conversations += 1;
                    store.faults.pop_front()
                };
                // A client that goes away ends its conversation alone.
                tokio::spawn(converse(stream, fault, Arc::clone(&shared)));
            }
        }));
        Self { url, store }
    }

    /// The next conversations fail so, in order.
    pub(crate) fn fail(&self, faults: impl IntoIterator<Item = Fault>) {
        self.store.lock().unwrap().faults.extend(faults);
    }

    /// What was taken so far.
    pub(crate) fn mails(&self) -> Vec<Delivered> {
        self.store.lock().unwrap().mails.clone()
    }

    /// How many mails were taken so far.
    pub(crate) fn taken(&self) -> usize {
        self.store.lock().unwrap().mails.len()
    }

    /// Conversations that were begun.
    pub(crate) fn conversations(&self) -> usize {
        self.store.lock().unwrap().conversations
    }

    /// Hanging conversations that the client gave up.
    pub(crate) fn abandoned(&self) -> usize {
        self.store.lock().unwrap().abandoned
    }
}

async fn converse(stream: TcpStream, fault: Option<Fault>, store: Arc<Mutex<Store>>) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    if fault == Some(Fault::Unwelcome) {
        return answer(&mut write, "554 no service here").await;
    }
    answer(&mut write, "220 mailbox.test").await?;
    let mut envelope = (String::new(), Vec::new());
    while let Some(line) = lines.next_line().await? {
        let (verb, rest) = line.split_once([' ', ':']).unwrap_or((&line, ""));
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => answer(&mut write, "250-mailbox.test\r\n250 8BITMIME").await?,
            "MAIL" => {
                envelope.0 = address(rest);
                answer(&mut write, "250 2.1.0 sender taken").await?;
            }
            "RCPT" => {
                envelope.1.push(address(rest));
                match fault {
                    Some(Fault::Defer) => answer(&mut write, "451 4.3.0 come back later").await?,
                    Some(Fault::Refuse) => answer(&mut write, "550 5.1.1 nobody has this address").await?,
                    Some(Fault::Hang) => {
                        while lines.next_line().await?.is_some() {}
                        store.lock().unwrap().abandoned += 1;
                        return Ok(());
                    }
                    Some(Fault::Unwelcome | Fault::DropAfterDot) | None => {
                        answer(&mut write, "250 2.1.5 recipient taken").await?;
                    }
                }
            }
            "DATA" => {
                answer(&mut write, "354 go on").await?;
                let raw = read_data(&mut lines).await?;
                store
                    .lock()
                    .unwrap()
                    .mails
                    .push(Delivered::parse(envelope.clone(), raw));
                if fault == Some(Fault::DropAfterDot) {
                    return Ok(());
                }
                answer(&mut write, "250 2.0.0 mail taken").await?;
            }
            "QUIT" => return answer(&mut write, "221 2.0.0 goodbye").await,
            _ => answer(&mut write, "502 5.5.1 unknown here").await?,
        }
    }
    Ok(())
}

async fn answer(write: &mut OwnedWriteHalf, line: &str) -> std::io::Result<()> {
    write.write_all(format!("{line}\r\n").as_bytes()).await
}

/// Up to the line with a single dot; a dot that was put before another is taken away (RFC 5321 §4.5.2). A client that
/// goes away before that line has sent no mail (RFC 5321 §4.1.1.4).
async fn read_data(lines: &mut Lines<BufReader<OwnedReadHalf>>) -> std::io::Result<String> {
    let mut raw = String::new();
    while let Some(line) = lines.next_line().await? {
        if line == "." {
            return Ok(raw);
        }
        raw.push_str(line.strip_prefix('.').unwrap_or(&line));
        raw.push_str("\r\n");
    }
    Err(std::io::ErrorKind::UnexpectedEof.into())
}

/// The address of `FROM:<…>` or `TO:<…>`.
fn address(text: &str) -> String {
    let start = text.find('<').unwrap() + 1;
    text[start..text.find('>').unwrap()].to_owned()
}

impl Delivered {
    fn parse(envelope: (String, Vec<String>), raw: String) -> Self {
        let message = MessageParser::new().parse(raw.as_bytes()).unwrap();
        let first = |address: Option<&Address<'_>>| address.unwrap().first().unwrap().address().unwrap().to_owned();
        Self {
            message_id: message.message_id().unwrap().to_owned(),
            from: first(message.from()),
            to: first(message.to()),
            subject: message.subject().unwrap().to_owned(),
            text: message.body_text(0).unwrap().into_owned(),
            html: message.body_html(0).unwrap().into_owned(),
            envelope,
            raw: raw.clone(),
        }
    }

    /// The token of the link that the text holds.
    pub(crate) fn token(&self) -> String {
        let link = self.text.lines().find(|line| line.contains("#token=")).unwrap();
        link.split_once("#token=").unwrap().1.to_owned()
    }
}
