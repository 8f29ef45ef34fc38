//! Finds every kept run anew and writes it to `traces/corpus`, with the table of contents.
//!
//! Run it when a change of protocol changes a run; `cargo run --release --example keep`.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;

use unincluded_traces::corpus::{RECIPES, readme};
use unincluded_traces::{explain, table, write};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut runs = Vec::new();
    for recipe in RECIPES {
        let run = recipe.run()?;
        let file = File::create(corpus.join(recipe.name).with_extension("jsonl"))?;
        write(&run, &mut BufWriter::new(file))?;
        if std::env::args().any(|word| word == "--explain") {
            println!("{}", explain(&run));
        } else {
            println!("{}", table(&run));
        }
        runs.push(run);
    }
    fs::write(corpus.join("README.md"), readme(&runs))?;
    Ok(())
}
