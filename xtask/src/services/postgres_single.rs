//! PostgreSQL without a server: it runs scripts by itself, so that no client is needed to prepare a cluster.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use super::postgres::{SELF_GRANT, SELF_GRANT_SINCE, User};
use super::postgres_binaries::Binaries;

/// Runs one script after the other as superuser, with nobody else connected.
pub(super) fn run(
    data: &Path,
    binaries: &Binaries,
    user: Option<User>,
    database: &str,
    scripts: &[String],
) -> Result<()> {
    let failed = "PostgreSQL could not prepare its database";
    let mut command = Command::new(binaries.program("postgres"));
    command.args(["--single", "-j", "-D"]).arg(data).arg(database);
    if binaries.major >= SELF_GRANT_SINCE {
        command.args(["-c", SELF_GRANT]);
    }
    User::apply(user, &mut command)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut child = command.spawn().context(failed)?;
    let mut stdin = child.stdin.take().context(failed)?;
    let input: String = scripts.iter().map(|script| single_user_script(script)).collect();
    stdin.write_all(input.as_bytes()).context(failed)?;
    drop(stdin);
    let output = child.wait_with_output().context(failed)?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() || said.contains("ERROR:") {
        let errors: Vec<&str> = said
            .lines()
            .filter(|line| line.contains("ERROR:") || line.contains("FATAL:"))
            .collect();
        bail!("{failed}: {}", errors.join("; "));
    }
    Ok(())
}

/// In this mode a semicolon before an empty line ends a script: there must be none inside, and one at the end.
fn single_user_script(sql: &str) -> String {
    let lines: Vec<&str> = sql.lines().filter(|line| !line.trim().is_empty()).collect();
    format!("{};\n\n", lines.join("\n").trim_end_matches(';'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_end_where_they_end() {
        let check = |sql: &str, expected: &str| assert_eq!(single_user_script(sql), expected);
        check("select 1", "select 1;\n\n");
        check("select 1;\n\n-- more\nselect 2;\n", "select 1;\n-- more\nselect 2;\n\n");
    }
}
