//! What may know what: `docs/ARCHITECTURE.md` says it, this holds it.

use std::{fs, path::Path};

/// The packages of the workspace, and which of the others each may use.
const PACKAGES: [(&str, &[&str]); 5] = [
    ("proto", &[]),
    ("core-service", &["authgate-proto"]),
    ("http-gateway", &["authgate-proto"]),
    ("web-ui", &["authgate-proto"]),
    ("bench", &["authgate-proto"]),
];
const OURS: [&str; 4] = ["authgate-proto", "core-service", "http-gateway", "web-ui"];

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below `folder`.
fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("it is text");
            found.push((path.display().to_string(), text));
        }
    }
}

fn sources_of(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    sources(&repository().join(folder), &mut found);
    assert!(!found.is_empty(), "{folder} holds sources");
    found
}

#[test]
fn packages_use_only_those_below_them() {
    for (folder, allowed) in PACKAGES {
        let manifest = repository().join(folder).join("Cargo.toml");
        let manifest = fs::read_to_string(manifest).expect("a manifest");
        // What only tests and micro-benchmarks use is not part of the program.
        let (manifest, _) = manifest
            .split_once("[dev-dependencies]")
            .unwrap_or((&manifest, ""));
        let used = OURS
            .into_iter()
            .filter(|package| manifest.contains(&format!("\n{package}")));
        let used: Vec<_> = used.collect();
        assert_eq!(used, allowed, "{folder}");
    }
}

#[test]
fn the_domain_knows_nothing_of_what_is_around_it() {
    for (file, text) in sources_of("core-service/src/domain") {
        for other in [
            "store",
            "grpc",
            "token",
            "authorize",
            "device",
            "account",
            "admin",
            "register",
            "keys",
            "identity",
        ] {
            assert!(
                !text.contains(&format!("crate::{other}")),
                "{file} uses {other}"
            );
        }
        assert!(!text.contains("async fn"), "{file} is async");
    }
}

#[test]
fn sql_stands_in_the_store_only() {
    for folder in ["core-service/src", "http-gateway/src", "web-ui/src", "src"] {
        for (file, text) in sources_of(folder) {
            let in_store = file.contains("core-service/src/store");
            assert!(in_store || !text.contains("sqlx::query"), "{file} queries");
        }
    }
}
