//! `explore`: on this machine only, and with a warning.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use crate::Place;

#[test]
fn a_port_in_use_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("some port is free");
    let port = listener.local_addr().expect("bound").port();
    Place::new()
        .says(&format!("explore withholding --port {port}"))
        .exits(2)
        .complains_of(&[&format!("cannot listen on 127.0.0.1:{port}"), "--port"]);
}

#[test]
fn the_first_actions_can_be_browsed() {
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").expect("some port is free");
        listener.local_addr().expect("bound").port()
    };
    let place = Place::new();
    let mut child = place
        .command()
        .args(["explore", "withholding", "--port", &port.to_string()])
        .spawn()
        .expect("the command starts");
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().expect("piped"));
    out.read_line(&mut line).expect("it says where");
    let answer = ask(port, "/.states/0");
    child.kill().expect("it runs until it is stopped");
    let mut warning = String::new();
    child.stderr.take().expect("piped").read_to_string(&mut warning).expect("UTF-8");
    child.wait().expect("it ends");

    assert_eq!(line, format!("withholding at http://127.0.0.1:{port}/ until Ctrl-C\n"));
    assert!(warning.contains("are not verdicts"), "{warning}");
    assert!(answer.contains("author on B0, relay parent tip"), "{answer}");
}

/// What the server answers; it may take a moment to listen.
fn ask(port: u16, path: &str) -> String {
    for _ in 0..100 {
        std::thread::sleep(std::time::Duration::from_millis(50));
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { continue };
        let request = format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("it listens");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers in UTF-8");
        return answer;
    }
    panic!("nobody listens on {port}");
}
