//! The mailbox: maildev, which takes every mail and shows it to people.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;

use crate::http::Client;
use crate::process::{Output, Process, StopBy};
use crate::toolchain::npm::Npm;

const READY_SECS: u64 = 60;

/// What a mailbox needs.
#[derive(Debug, Clone)]
pub struct MailboxConfig {
    /// Where people look into it, on 127.0.0.1.
    pub web_port: u16,
    /// Where it takes mail, on 127.0.0.1.
    pub smtp_port: u16,
    /// Its log.
    pub log: PathBuf,
}

/// A running mailbox; its mails are gone with it.
#[derive(Debug)]
pub struct Mailbox {
    process: Process,
    url: String,
}

impl Mailbox {
    /// Starts it and waits until it answers.
    ///
    /// # Errors
    /// When it does not; shows the end of its log.
    pub fn start(npm: &Npm, config: &MailboxConfig) -> Result<Self> {
        let mut command = npm.maildev();
        command.args(["--ip", "127.0.0.1", "--smtp", &config.smtp_port.to_string()]);
        command.args(["--web-ip", "127.0.0.1", "--web", &config.web_port.to_string()]);
        let log = Output::Log(config.log.clone());
        let process = Process::spawn("the mailbox", &mut command, &log, StopBy::Terminate)?;
        let url = format!("http://127.0.0.1:{}", config.web_port);
        let client = Client::new(&url);
        process.wait_ready(Duration::from_secs(READY_SECS), || client.is_ok("/api/email"))?;
        Ok(Self { process, url })
    }

    /// Where people look into it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its process.
    #[must_use]
    pub const fn process(&self) -> &Process {
        &self.process
    }
}
