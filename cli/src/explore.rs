//! `explore`: stateright's Explorer, on this machine only.

use std::net::{Ipv4Addr, SocketAddrV4, TcpListener};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use anyhow::{Context, Result, bail};
use stateright::Model;
use unincluded_properties::Oracle;

use crate::arguments::Explore;
use crate::exit::Exit;
use crate::screen::Screen;
use crate::subject;

/// Serves the Explorer until it is interrupted.
pub(crate) fn explore(asked: &Explore, screen: &Screen) -> Result<Exit> {
    let subject = subject::subject(&asked.scenario, &asked.changes)?;
    let address = SocketAddrV4::new(Ipv4Addr::LOCALHOST, asked.port);
    // Stateright panics if it cannot bind, so we try first.
    let free = TcpListener::bind(address).with_context(|| {
        format!("cannot listen on {address}; is the port in use? --port asks for another")
    })?;
    drop(free);

    screen.note(
        "the Explorer's marks beside the properties are not verdicts: it checks nothing while you \
         browse. `unincluded check` decides.",
    );
    if Path::new("ui").is_dir() {
        screen.note("the directory ./ui here takes the place of the Explorer's own pages");
    }
    screen.answer(&format!(
        "{} at http://{address}/ until Ctrl-C",
        screen.paint().strong(subject.title())
    ));
    let serve = || drop(Oracle::new(&subject.protocol).checker().serve(address));
    if catch_unwind(AssertUnwindSafe(serve)).is_err() {
        bail!("the Explorer stopped; what it said stands above");
    }
    Ok(Exit::Holds)
}
