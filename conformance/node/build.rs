//! Finds the published sources of the fragment chain and of the inclusion emulator among the
//! downloaded crates, and says where they are: nothing of them is copied into this repository.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Module, crate with version, and file of each published source.
const SOURCES: [(&str, &str, &str); 2] = [
    (
        "fragment_chain",
        "polkadot-node-core-prospective-parachains-35.0.0",
        "src/fragment_chain/mod.rs",
    ),
    ("inclusion_emulator", "polkadot-node-subsystem-util-36.0.0", "src/inclusion_emulator/mod.rs"),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for (module, published, file) in SOURCES {
        let source = find(published, file).map_err(|error| {
            format!("{published} is not downloaded ({error}); run `cargo fetch --locked` first")
        })?;
        println!("cargo::rerun-if-changed={}", source.display());
        let path = source.to_str().ok_or("the path of a source is not Unicode")?;
        let quiet = "#[allow(warnings, missing_docs, clippy::all, clippy::pedantic)]";
        let text =
            format!("/// Published, unchanged.\n{quiet}\n#[path = {path:?}]\npub mod {module};\n");
        fs::write(out.join(module).with_extension("rs"), text)?;
    }
    Ok(())
}

/// The file of a published crate in any of cargo's registries.
fn find(published: &str, file: &str) -> io::Result<PathBuf> {
    let home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| env::var_os("HOME").map(|home| Path::new(&home).join(".cargo")));
    let registries = home.ok_or(io::ErrorKind::NotFound)?.join("registry/src");
    for registry in fs::read_dir(registries)? {
        let source = registry?.path().join(published).join(file);
        if source.is_file() {
            return Ok(source);
        }
    }
    Err(io::ErrorKind::NotFound.into())
}
