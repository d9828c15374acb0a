//! The same evaluation from bytes, native and as Wasm in V8, in one sequence of rounds.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use bench::cases::Case;
use bench::lanes::{self, Start};
use bench::ours::Ours;

use crate::measure;

/// One rule.
#[derive(Debug)]
pub(crate) struct Wasm {
    pub(crate) rule: &'static str,
    pub(crate) native_ns: f64,
    pub(crate) wasm_ns: f64,
}

/// Times all rules.
pub(crate) fn measure(cases: &[Case], node: &Path, wasm: &Path) -> Result<Vec<Wasm>> {
    let mut node = Node::start(node, wasm)?;
    if node.ready()? != cases.len() {
        bail!("the Wasm module cannot prepare the rules, or decides otherwise");
    }
    cases
        .iter()
        .enumerate()
        .map(|(rule, case)| measure_rule(&mut node, rule, case))
        .collect()
}

fn measure_rule(node: &mut Node, rule: usize, case: &Case) -> Result<Wasm> {
    let mut native = lanes::lane::<Ours>(case).map_err(anyhow::Error::msg)?;
    let mut lanes = [
        measure::lane(move |times| _ = native.run(Start::Bytes, times)),
        Box::new(|times| node.run(rule, times)),
    ];
    let requests = measure::float(case.inputs.len() as u64);
    let [native_ns, wasm_ns] = <[f64; 2]>::try_from(measure::interleaved(&mut lanes)?).unwrap_or([f64::NAN; 2]);
    Ok(Wasm {
        rule: case.name,
        native_ns: native_ns / requests,
        wasm_ns: wasm_ns / requests,
    })
}

/// A running Node that answers each line `rule times` with the processor time in nanoseconds.
struct Node {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Node {
    fn start(node: &Path, wasm: &Path) -> Result<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("wasm.mjs");
        let mut command = Command::new(node);
        command
            .arg(script)
            .arg(wasm)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command.spawn().context("cannot start Node")?;
        let requests = child.stdin.take().context("Node has no input")?;
        let answers = BufReader::new(child.stdout.take().context("Node has no output")?);
        Ok(Self {
            child,
            requests,
            answers,
        })
    }

    fn ready(&mut self) -> Result<usize> {
        self.answer()
    }

    fn run(&mut self, rule: usize, times: u64) -> Result<Duration> {
        writeln!(self.requests, "{rule} {times}").context("Node has ended")?;
        self.answer().map(Duration::from_nanos)
    }

    fn answer<T: std::str::FromStr>(&mut self) -> Result<T> {
        let mut line = String::new();
        self.answers.read_line(&mut line).context("Node has ended")?;
        line.trim()
            .parse()
            .ok()
            .with_context(|| format!("Node answered {line:?}"))
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}
