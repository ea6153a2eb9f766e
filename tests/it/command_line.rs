//! The program itself: its commands, what they say, and how it starts and ends.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_authgate");

/// An empty directory to run the program in.
fn directory() -> TempDir {
    tempfile::tempdir().expect("a temporary directory can be made")
}

/// The program in `directory`, which gets nothing of this process' environment.
fn program(directory: &TempDir, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(PROGRAM);
    command
        .args(arguments)
        .env_clear()
        .envs(variables.iter().copied())
        .current_dir(directory.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run_with(directory: &TempDir, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    program(directory, arguments, variables)
        .output()
        .expect("the program can be run")
}

fn run(directory: &TempDir, arguments: &[&str]) -> Output {
    run_with(directory, arguments, &[])
}

/// Runs a command that reads `input`.
fn run_reading(directory: &TempDir, arguments: &[&str], input: &str) -> Output {
    let mut child = program(directory, arguments, &[])
        .stdin(Stdio::piped())
        .spawn()
        .expect("the program can be run");
    let mut stdin = child.stdin.take().expect("it is piped");
    // A program that fails early reads nothing.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().expect("the program ends")
}

/// What a command printed that succeeded.
#[track_caller]
fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", errors(output));
    String::from_utf8(output.stdout.clone()).expect("it prints text")
}

#[track_caller]
fn printed_json(output: &Output) -> Value {
    let text = printed(output);
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text}"))
}

/// What a command said that failed.
#[track_caller]
fn refusal(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", errors(output));
    errors(output)
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn mode(path: &Path) -> u32 {
    let metadata = std::fs::metadata(path).expect("it is there");
    metadata.permissions().mode() & 0o777
}

/// A running server, ended with the test.
struct Server {
    child: Child,
    /// Where it listens.
    address: String,
    /// The lines on standard output up to the one that says that it runs, and after.
    output: BufReader<std::process::ChildStdout>,
}

impl Server {
    fn start(directory: &TempDir, variables: &[(&str, &str)]) -> Self {
        let listen = [("SERVER_ADDR", "127.0.0.1:0"), ("LOG_FORMAT", "json")];
        let variables: Vec<_> = listen
            .into_iter()
            .chain(variables.iter().copied())
            .collect();
        let mut child = program(directory, &["serve"], &variables)
            .spawn()
            .expect("the program can be run");
        let mut log = BufReader::new(child.stderr.take().expect("it is piped"));
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let address = loop {
            let mut line = String::new();
            let read = log.read_line(&mut line).expect("the log is text");
            assert!(read > 0, "it ended before it listened");
            let entry: Value = serde_json::from_str(&line).unwrap_or_default();
            if entry["message"] == "listening" {
                break entry["address"].as_str().expect("it says where").to_owned();
            }
        };
        // Keep the pipe empty, or the program waits to write its log.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        Self {
            child,
            address,
            output,
        }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("it prints text");
        line
    }

    /// The answer to `GET path`, with its head.
    fn get(&self, path: &str) -> String {
        let mut connection = TcpStream::connect(&self.address).expect("it listens");
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        connection
            .write_all(request.as_bytes())
            .expect("it takes requests");
        let mut answer = String::new();
        connection
            .read_to_string(&mut answer)
            .expect("it answers in text");
        answer
    }

    /// Sends SIGTERM and gives the exit code.
    fn terminate(&mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status();
        assert!(sent.expect("kill can be run").success());
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended already when the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_says_what_it_can_do() {
    let directory = directory();
    let help = printed(&run(&directory, &["--help"]));
    for command in ["serve", "config", "migrate", "keys", "client", "user"] {
        assert!(help.contains(command), "{command}: {help}");
        let of_command = printed(&run(&directory, &[command, "--help"]));
        assert!(of_command.contains("Usage: authgate"), "{of_command}");
    }
    let version = printed(&run(&directory, &["--version"]));
    assert!(
        version.starts_with(concat!("authgate ", env!("CARGO_PKG_VERSION"))),
        "{version}"
    );
    // Asking touches nothing.
    assert_eq!(directory.path().read_dir().unwrap().count(), 0);
}

#[test]
fn what_is_no_command_is_refused_with_advice() {
    let directory = directory();
    for arguments in [
        &[][..],
        &["srve"],
        &["serve", "--roles", "proxy"],
        &["user", "create"],
    ] {
        let output = run(&directory, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = errors(&output);
        assert!(said.contains("Usage") || said.contains("--help"), "{said}");
    }
}

#[test]
fn every_problem_of_the_configuration_is_named_at_once() {
    let directory = directory();
    let wrong = [
        ("BASE_URL", "corp.example"),
        ("SERVER_ADDR", "everywhere"),
        ("JWT_EXPIRATION", "soon"),
        ("SESSION_MAX_AGE", "-1"),
        ("DATABASE_DRIVER", "oracle"),
        ("TRUSTED_PROXIES", "the one over there"),
        ("TOKEN_RATE_LIMIT", "many"),
    ];
    for command in [&["config", "check"][..], &["serve"], &["migrate"]] {
        let said = refusal(&run_with(&directory, command, &wrong));
        for (name, value) in wrong {
            assert!(
                said.contains(&format!("{name}={value:?}")),
                "{name}: {said}"
            );
        }
    }
    assert_eq!(directory.path().read_dir().unwrap().count(), 0);
    let said = printed(&run(&directory, &["config", "check"]));
    assert!(said.contains("configuration is valid"), "{said}");
}

#[test]
fn placeholders_are_no_secrets() {
    let directory = directory();
    let placeholder = "your-256-bit-secret-change-in-production";
    for name in ["ENCRYPTION_SECRET", "SESSION_SECRET", "PEER_SECRET"] {
        for secret in [placeholder, "Zk3v9QmB7x"] {
            let said = refusal(&run_with(&directory, &["serve"], &[(name, secret)]));
            assert!(said.contains(name), "{said}");
            assert!(!said.contains(secret), "{said}");
        }
    }
    let password = [("DEFAULT_ADMIN_PASSWORD", "password123")];
    let said = refusal(&run_with(&directory, &["serve"], &password));
    assert!(
        said.contains("DEFAULT_ADMIN_PASSWORD") && !said.contains("password123"),
        "{said}"
    );
    assert_eq!(directory.path().read_dir().unwrap().count(), 0);
}

#[test]
fn clients_are_made_listed_and_shown() {
    let directory = directory();
    // Migrating again changes nothing.
    for _ in 0..2 {
        let said = printed(&run(&directory, &["migrate"]));
        assert!(said.contains("up to date"), "{said}");
    }
    let create = ["client", "create", "--name", "CI", "--client-id", "ci"];
    let options = ["--grant", "client_credentials", "--scope", "read", "--json"];
    let made = printed_json(&run(&directory, &[&create[..], &options].concat()));
    assert_eq!(
        (&made["client_id"], &made["client_name"]),
        (&json!("ci"), &json!("CI"))
    );
    let secret = made["client_secret"].as_str().unwrap();
    assert!(secret.len() >= 32);

    // The secret was shown that once.
    let shown = printed_json(&run(&directory, &["client", "show", "ci"]));
    assert_eq!(shown["scope"], "read");
    assert_eq!(shown.get("client_secret"), None);
    let listed = printed_json(&run(&directory, &["client", "list", "--json"]));
    assert_eq!(listed.as_array().unwrap().len(), 1);
    let listed = printed(&run(&directory, &["client", "list"]));
    assert!(listed.contains("ci") && listed.contains("active") && !listed.contains(secret));

    let again = refusal(&run(&directory, &[&create[..], &options].concat()));
    assert!(!again.is_empty());
    refusal(&run(&directory, &["client", "show", "nobody"]));
    let wrong = [
        "client",
        "create",
        "--grant",
        "authorization_code",
        "--redirect-uri",
        "http://a.example/#x",
    ];
    let said = refusal(&run(&directory, &wrong));
    assert!(said.contains("redirect_uri"), "{said}");
}

#[test]
fn users_are_made_and_given_passwords() {
    let directory = directory();
    let password = "correct horse battery staple";
    let create = [
        "user",
        "create",
        "ada",
        "--email",
        "ada@app.example",
        "--role",
        "admin",
        "--password-stdin",
    ];
    let said = printed(&run_reading(
        &directory,
        &create,
        &format!("{password}\r\nnext line"),
    ));
    assert!(said.contains("ada") && !said.contains(password), "{said}");
    let made = printed_json(&run(&directory, &["user", "create", "bob", "--json"]));
    assert!(made["password"].as_str().unwrap().len() >= 12, "{made}");

    let listed = printed_json(&run(&directory, &["user", "list", "--json"]));
    let names: Vec<_> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|user| &user["username"])
        .collect();
    assert_eq!(names.len(), 2);
    assert!(names.contains(&&json!("ada")) && names.contains(&&json!("bob")));
    let listed = printed(&run(&directory, &["user", "list"]));
    assert!(
        listed.contains("ada@app.example") && listed.contains("admin"),
        "{listed}"
    );

    let set = ["user", "set-password", "ada", "--password-stdin"];
    printed(&run_reading(
        &directory,
        &set,
        "another horse, another battery\n",
    ));
    for nothing in ["", "\n"] {
        let said = refusal(&run_reading(&directory, &set, nothing));
        assert!(said.contains("no password"), "{said}");
    }
    for easy in ["x", "12345678", "ada@app.example"] {
        let said = refusal(&run_reading(&directory, &set, easy));
        assert!(said.contains("password: "), "{said}");
    }
    let unknown = ["user", "set-password", "nobody", "--password-stdin"];
    refusal(&run_reading(
        &directory,
        &unknown,
        "another horse, another battery\n",
    ));
    let generated = printed_json(&run(&directory, &["user", "set-password", "bob", "--json"]));
    assert_ne!(generated["password"], made["password"]);
}

#[test]
fn the_audit_trail_is_proven_against_a_receipt() {
    let directory = directory();
    printed(&run(&directory, &["user", "create", "ada", "--json"]));
    let said = printed(&run(&directory, &["audit", "verify"]));
    assert!(
        said.contains("registered since 20") && said.contains("authgate-audit-receipt "),
        "{said}"
    );
    let receipt = directory.path().join("receipt.txt");
    std::fs::write(&receipt, &said).unwrap();
    let since = ["audit", "verify", "--since", receipt.to_str().unwrap()];
    printed(&run(&directory, &since));
    let log = printed(&run(&directory, &["audit", "export", "--format", "jsonl"]));
    assert!(
        log.contains("\"operator\":\"") && log.contains("(uid "),
        "{log}"
    );

    std::fs::write(&receipt, "nothing").unwrap();
    refusal(&run(&directory, &since));
    std::fs::write(&receipt, said.replace("receipt 1", "receipt 2")).unwrap();
    refusal(&run(&directory, &since));
}

#[test]
fn keys_are_rotated() {
    let directory = directory();
    let rotate = ["keys", "rotate", "--algorithm", "ES256", "--json"];
    let first = printed_json(&run(&directory, &rotate));
    let second = printed_json(&run(&directory, &[&rotate[..], &["--now"]].concat()));
    assert_eq!(first["key_ids"].as_array().unwrap().len(), 1);
    assert_ne!(first["key_ids"], second["key_ids"]);
    let said = refusal(&run(&directory, &["keys", "rotate", "--algorithm", "none"]));
    assert!(!said.is_empty());
}

#[test]
fn a_wrong_seed_file_names_each_place_and_changes_nothing() {
    let directory = directory();
    let seed = json!({
        "users": [
            { "username": "ada", "password": "correct horse battery staple" },
            { "username": "", "password": "x", "role": "king" },
        ],
        "clients": [{ "client_id": "app", "redirect_uris": ["not a URI"], "token_endpoint_auth_method": "none" }],
        "colour": "blue",
    });
    std::fs::write(directory.path().join("seed.json"), seed.to_string()).unwrap();
    let variables = [("SEED_FILE", "seed.json"), ("SERVER_ADDR", "127.0.0.1:0")];
    let said = refusal(&run_with(&directory, &["serve"], &variables));
    for path in [
        "seed.json",
        "users[1].username",
        "users[1].role",
        "clients[0].redirect_uris",
        "colour",
    ] {
        assert!(said.contains(path), "{path}: {said}");
    }
    assert!(!said.contains("correct horse"), "{said}");
    let users = printed_json(&run(&directory, &["user", "list", "--json"]));
    assert_eq!(users, json!([]));

    std::fs::write(directory.path().join("seed.json"), "{\"users\": [").unwrap();
    let said = refusal(&run_with(&directory, &["serve"], &variables));
    assert!(
        said.contains("not JSON") && said.contains("line 1"),
        "{said}"
    );
    let missing = [
        ("SEED_FILE", "nowhere.json"),
        ("SERVER_ADDR", "127.0.0.1:0"),
    ];
    let said = refusal(&run_with(&directory, &["serve"], &missing));
    assert!(
        said.contains("nowhere.json") && said.contains("SEED_FILE"),
        "{said}"
    );
}

#[test]
fn it_serves_from_nothing_and_ends_when_it_is_told_to() {
    let directory = directory();
    let base_url = [("BASE_URL", "http://auth.localhost:8080")];
    let mut server = Server::start(&directory, &base_url);
    let said = server.line();
    assert!(said.contains("http://auth.localhost:8080/login"), "{said}");
    let credentials = server.line();
    assert!(credentials.contains("credentials.txt"), "{credentials}");
    assert!(server.get("/health").starts_with("HTTP/1.1 200"));
    assert!(server.get("/login").contains("<h1>"));

    // Only the owner may read what it made.
    let data = directory.path().join("data");
    assert_eq!(mode(&data), 0o700);
    let mut files = 0;
    for file in data.read_dir().unwrap() {
        let path = file.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        files += 1;
    }
    assert!(files >= 3, "a database, a secret and the note");
    let note = std::fs::read_to_string(data.join("credentials.txt")).unwrap();
    assert!(
        note.contains("admin") && note.contains("http://auth.localhost:8080/login"),
        "{note}"
    );

    assert_eq!(server.terminate(), Some(0));
    // The second start finds everything and makes nothing.
    let mut server = Server::start(&directory, &base_url);
    assert!(server.get("/health").starts_with("HTTP/1.1 200"));
    assert_eq!(server.terminate(), Some(0));
    let mut rest = String::new();
    server.output.read_to_string(&mut rest).unwrap();
    assert!(!rest.contains("credentials.txt"), "{rest}");
    assert_eq!(
        std::fs::read_to_string(data.join("credentials.txt")).unwrap(),
        note
    );
}

#[test]
fn a_taken_port_is_named_before_anything_is_done() {
    let directory = directory();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = refusal(&run_with(
        &directory,
        &["serve"],
        &[("SERVER_ADDR", &address)],
    ));
    assert!(
        said.contains(&address) && said.contains("SERVER_ADDR"),
        "{said}"
    );
    assert!(!directory.path().join("data").exists());
}
