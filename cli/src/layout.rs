//! Text within a hundred columns: tables and indented paragraphs.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

/// Columns of what is printed, at most, where only words have to fit.
pub(crate) const WIDTH: usize = 100;

/// A table without lines, its cells two blanks apart; these columns are aligned to the right.
pub(crate) fn columns<'a>(
    head: impl IntoIterator<Item = &'a str>,
    rows: impl IntoIterator<Item = Vec<String>>,
    right: &[usize],
) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(head)
        .add_rows(rows);
    for (place, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if right.contains(&place) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    painted(&table.to_string(), |_, line| line.to_owned())
}

/// A table with its lines painted: the head is line `usize::MAX`, the first row line 0.
pub(crate) fn painted(table: &str, paint: impl Fn(usize, &str) -> String) -> String {
    let lines = table.lines().enumerate();
    lines.map(|(line, text)| paint(line.wrapping_sub(1), text.trim_end()) + "\n").collect()
}

/// A paragraph, each line of it indented by so many blanks, none longer than [`WIDTH`] unless a
/// single word is.
pub(crate) fn indented(paragraph: &str, by: usize) -> String {
    let blanks = " ".repeat(by);
    let mut lines: Vec<String> = Vec::new();
    for word in paragraph.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("{blanks}{word}")),
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_is_broken_between_words() {
        let text = indented(&"word ".repeat(40), 4);
        assert!(text.lines().all(|line| line.len() <= WIDTH && line.starts_with("    word")));
        assert_eq!(text.lines().count(), 3);
    }

    #[test]
    fn numbers_stand_on_the_right_and_no_line_ends_in_blanks() {
        let rows = [vec!["a".to_owned(), "1".to_owned()], vec!["bcd".to_owned(), "22".to_owned()]];
        assert_eq!(columns(["x", "n"], rows, &[1]), "x     n\na     1\nbcd  22\n");
    }
}
