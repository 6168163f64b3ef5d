//! Reads one source file: its modules, what they import, define and name.
//!
//! Owns the reading of tokens and nothing else: what a path means is `resolve.rs`. Comments and doc comments are
//! no code, so a link in one is no import. The inside of a macro call is read like any other code.

use std::collections::BTreeSet;
use std::str::FromStr as _;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The code of one module itself, without the modules inside it.
#[derive(Debug, Default)]
pub(super) struct Module {
    /// From the root of the crate; the root itself is empty.
    pub(super) path: Vec<String>,
    /// The file that the code stands in.
    pub(super) file: String,
    /// Whether only tests compile it.
    pub(super) test: bool,
    /// The names of types, functions, constants and macros that it defines.
    pub(super) items: BTreeSet<String>,
    pub(super) uses: Vec<Use>,
    pub(super) mentions: Vec<Mention>,
    /// Every identifier outside `use` that does not follow `::` or `.`.
    pub(super) words: BTreeSet<String>,
    /// The names in `Id<Name>`: they say what is identified, and use nothing of it.
    pub(super) identified: BTreeSet<String>,
}

impl Module {
    /// Whether the code names `name` as what an `Id` identifies, and nowhere else.
    pub(super) fn only_identifies(&self, name: &str) -> bool {
        self.identified.contains(name) && !self.words.contains(name)
    }
}

/// One name that a `use` brings in.
#[derive(Debug)]
pub(super) struct Use {
    pub(super) path: Vec<String>,
    /// The name in this module; none for `*`.
    pub(super) name: Option<String>,
    /// Whether other modules can import it from here.
    pub(super) exported: bool,
    pub(super) test: bool,
    pub(super) line: usize,
}

/// A path of two segments or more in code, like `crate::a::b`.
#[derive(Debug)]
pub(super) struct Mention {
    pub(super) path: Vec<String>,
    pub(super) test: bool,
    pub(super) line: usize,
}

/// `mod name;`: a module in another file.
#[derive(Debug)]
pub(super) struct Declared {
    pub(super) path: Vec<String>,
    pub(super) test: bool,
    /// The value of `#[path]`.
    pub(super) file: Option<String>,
}

/// What [`scan`] found.
#[derive(Debug, Default)]
pub(super) struct Scanned {
    pub(super) modules: Vec<Module>,
    pub(super) declared: Vec<Declared>,
}

/// Reads `text` as the module at `path`. Text that is not Rust is left to the compiler to complain about.
pub(super) fn scan(text: &str, file: &str, path: Vec<String>, test: bool) -> Scanned {
    let mut scanned = Scanned::default();
    if let Ok(tokens) = TokenStream::from_str(text) {
        module(
            tokens,
            Module { path, file: file.to_owned(), test, ..Module::default() },
            &mut scanned,
        );
    }
    scanned
}

fn module(tokens: TokenStream, module: Module, scanned: &mut Scanned) {
    let mut reader = Reader { module, depth: 0, scanned };
    let test = reader.module.test;
    reader.block(tokens, test);
    let Reader { module, scanned, .. } = reader;
    scanned.modules.push(module);
}

struct Reader<'a> {
    module: Module,
    /// How many brackets deep; 0 is between the items of the module.
    depth: usize,
    scanned: &'a mut Scanned,
}

/// What stands before an item and changes how it is read.
#[derive(Default)]
struct Before {
    test: bool,
    exported: bool,
    file: Option<String>,
}

impl Reader<'_> {
    /// Reads the tokens of a file, of a block or of a macro call.
    fn block(&mut self, tokens: TokenStream, test: bool) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut rest = tokens.as_slice();
        while !rest.is_empty() {
            rest = self.item(rest, test);
        }
    }

    /// Reads one item, or what looks like one, up to its `;` or `{}`; returns what follows.
    fn item<'t>(&mut self, mut rest: &'t [TokenTree], test: bool) -> &'t [TokenTree] {
        let mut before = Before { test, ..Before::default() };
        loop {
            match rest {
                [TokenTree::Punct(hash), TokenTree::Group(group), after @ ..]
                    if hash.as_char() == '#' && group.delimiter() == Delimiter::Bracket =>
                {
                    self.attribute(group.stream(), &mut before);
                    rest = after;
                }
                [
                    TokenTree::Punct(hash),
                    TokenTree::Punct(bang),
                    TokenTree::Group(_),
                    after @ ..,
                ] if hash.as_char() == '#' && bang.as_char() == '!' => {
                    rest = after;
                }
                [TokenTree::Ident(word), after @ ..] if word == "pub" => {
                    before.exported = true;
                    rest = match after {
                        [TokenTree::Group(group), after @ ..]
                            if group.delimiter() == Delimiter::Parenthesis =>
                        {
                            after
                        }
                        _ => after,
                    };
                }
                _ => break,
            }
        }
        match rest {
            [TokenTree::Ident(word), TokenTree::Ident(name), after @ ..] if word == "mod" => {
                self.inner(name.to_string(), before, after)
            }
            [TokenTree::Ident(word), after @ ..] if word == "use" => {
                let (tree, after) = split_at_semicolon(after);
                self.imports(tree, Vec::new(), &before);
                after
            }
            _ => self.code(rest, before.test),
        }
    }

    fn attribute(&mut self, stream: TokenStream, before: &mut Before) {
        let tokens: Vec<TokenTree> = stream.into_iter().collect();
        match tokens.as_slice() {
            [TokenTree::Ident(name), ..] if name == "doc" => {}
            [TokenTree::Ident(name), TokenTree::Group(group)] if name == "cfg" => {
                let text: String = group.stream().to_string().split_whitespace().collect();
                before.test |= text == "test" || text.starts_with("all(test,");
            }
            [TokenTree::Ident(name), _, TokenTree::Literal(file)] if name == "path" => {
                before.file = Some(file.to_string().trim_matches('"').to_owned());
            }
            // `#[serde(with = "crate::…")]` names a path as text.
            [TokenTree::Ident(name), TokenTree::Group(group)] if name == "serde" => {
                for token in group.stream() {
                    if let TokenTree::Literal(text) = token
                        && let Ok(path) = TokenStream::from_str(text.to_string().trim_matches('"'))
                    {
                        self.expression(&path.into_iter().collect::<Vec<_>>(), before.test);
                    }
                }
            }
            rest => self.expression(rest, before.test),
        }
    }

    /// `mod name;` or `mod name { … }`.
    fn inner<'t>(
        &mut self,
        name: String,
        before: Before,
        after: &'t [TokenTree],
    ) -> &'t [TokenTree] {
        let mut path = self.module.path.clone();
        path.push(name);
        let Before { test, file, .. } = before;
        match after {
            [TokenTree::Group(body), after @ ..] if body.delimiter() == Delimiter::Brace => {
                let inside =
                    Module { path, file: self.module.file.clone(), test, ..Module::default() };
                module(body.stream(), inside, self.scanned);
                after
            }
            _ => {
                self.scanned.declared.push(Declared { path, test, file });
                split_at_semicolon(after).1
            }
        }
    }

    fn imports(&mut self, mut tree: &[TokenTree], mut path: Vec<String>, before: &Before) {
        loop {
            match tree {
                [TokenTree::Ident(segment), rest @ ..] => {
                    let line = segment.span().start().line;
                    path.push(segment.to_string());
                    match rest {
                        [TokenTree::Ident(word), TokenTree::Ident(name), ..] if word == "as" => {
                            return self.import(path, Some(name.to_string()), line, before);
                        }
                        [TokenTree::Punct(colon), _, rest @ ..] if colon.as_char() == ':' => {
                            tree = rest
                        }
                        _ => {
                            if segment == "self" && path.len() > 1 {
                                path.pop();
                            }
                            let name = path.last().cloned();
                            return self.import(path, name, line, before);
                        }
                    }
                }
                [TokenTree::Punct(star), ..] if star.as_char() == '*' => {
                    return self.import(path, None, star.span().start().line, before);
                }
                [TokenTree::Group(group), ..] => {
                    let inside: Vec<TokenTree> = group.stream().into_iter().collect();
                    for part in inside.split(is(',')) {
                        self.imports(part, path.clone(), before);
                    }
                    return;
                }
                // A leading `::` names another crate.
                _ => return,
            }
        }
    }

    fn import(&mut self, path: Vec<String>, name: Option<String>, line: usize, before: &Before) {
        let Before { test, exported, .. } = *before;
        self.module.uses.push(Use { path, name, exported, test, line });
    }

    /// Anything else: notes what it defines, then reads its paths and the blocks inside it.
    fn code<'t>(&mut self, tokens: &'t [TokenTree], test: bool) -> &'t [TokenTree] {
        let ends = |token: &TokenTree| match token {
            TokenTree::Punct(punct) => punct.as_char() == ';',
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
            _ => false,
        };
        let end = tokens.iter().position(ends).map_or(tokens.len(), |at| at + 1);
        let (item, after) = tokens.split_at(end.max(1).min(tokens.len()));
        if self.depth == 0 {
            self.define(item);
        }
        match item {
            [front @ .., TokenTree::Group(body)] if front.iter().any(is_word("enum")) => {
                self.expression(front, test);
                self.block(without_variants(body.stream()), test);
            }
            _ => self.expression(item, test),
        }
        after
    }

    fn define(&mut self, item: &[TokenTree]) {
        const KINDS: &[&str] =
            &["struct", "enum", "union", "trait", "type", "fn", "const", "static", "macro_rules"];
        let words = item.iter().map_while(|token| match token {
            TokenTree::Ident(word) => Some(word.to_string()),
            TokenTree::Punct(bang) if bang.as_char() == '!' => Some(String::new()),
            // `extern "C" fn`.
            TokenTree::Literal(_) => Some(String::new()),
            _ => None,
        });
        let words: Vec<String> = words.filter(|word| !word.is_empty() && word != "mut").collect();
        let kind = words.iter().rposition(|word| KINDS.contains(&word.as_str()));
        if let Some(name) = kind.and_then(|kind| words.get(kind + 1)) {
            self.module.items.insert(name.clone());
        }
    }

    fn expression(&mut self, tokens: &[TokenTree], test: bool) {
        let mut rest = tokens;
        // The last two tokens, where they are punctuation.
        let mut last = [' ', ' '];
        while let [first, after @ ..] = rest {
            rest = after;
            let [before, previous] = last;
            last = [previous, ' '];
            match (first, after) {
                (TokenTree::Punct(hash), [TokenTree::Group(group), after @ ..])
                    if hash.as_char() == '#' && group.delimiter() == Delimiter::Bracket =>
                {
                    self.attribute(group.stream(), &mut Before { test, ..Before::default() });
                    rest = after;
                }
                (TokenTree::Ident(id), [open, TokenTree::Ident(name), close, after @ ..])
                    if id == "Id" && is('<')(open) && is('>')(close) =>
                {
                    self.module.identified.insert(name.to_string());
                    rest = after;
                }
                (TokenTree::Punct(punct), _) => last = [previous, punct.as_char()],
                (TokenTree::Group(group), _) if !is_visibility(group) => {
                    self.depth += 1;
                    self.block(group.stream(), test);
                    self.depth -= 1;
                }
                (TokenTree::Ident(word), _) => {
                    let (path, after) = path(word, after);
                    rest = after;
                    // A field, a method, the end of a path such as `<T>::new`, or a path from `$crate`:
                    // it is of the code that calls the macro.
                    let follows = matches!((before, previous), (':', ':') | (' ', '.') | (_, '$'));
                    if !follows {
                        self.mention(path, word.span().start().line, test);
                    }
                }
                _ => {}
            }
        }
    }

    fn mention(&mut self, path: Vec<String>, line: usize, test: bool) {
        if !test {
            self.module.words.extend(path.first().cloned());
        }
        if path.len() > 1 {
            self.module.mentions.push(Mention { path, test, line });
        }
    }
}

/// The path that begins with `first`, and what follows it.
fn path<'t>(
    first: &proc_macro2::Ident,
    mut rest: &'t [TokenTree],
) -> (Vec<String>, &'t [TokenTree]) {
    let mut path = vec![first.to_string()];
    while let [TokenTree::Punct(one), TokenTree::Punct(two), TokenTree::Ident(next), after @ ..] =
        rest
        && (one.as_char(), two.as_char()) == (':', ':')
    {
        path.push(next.to_string());
        rest = after;
    }
    (path, rest)
}

/// `pub(in crate::a)` bounds who may see an item; it uses nothing.
fn is_visibility(group: &proc_macro2::Group) -> bool {
    let first = group.stream().into_iter().next();
    group.delimiter() == Delimiter::Parenthesis
        && matches!(first, Some(TokenTree::Ident(word)) if word == "in")
}

/// The body of an enum without the names of its variants: a variant may be called like a type elsewhere.
fn without_variants(body: TokenStream) -> TokenStream {
    let mut at_variant = true;
    let keep = |token: &TokenTree| match token {
        TokenTree::Ident(_) if at_variant => {
            at_variant = false;
            false
        }
        token => {
            at_variant |= is(',')(token);
            true
        }
    };
    body.into_iter().filter(keep).collect()
}

fn is_word(wanted: &str) -> impl Fn(&TokenTree) -> bool {
    move |token| matches!(token, TokenTree::Ident(word) if word == wanted)
}

fn is(wanted: char) -> impl Fn(&TokenTree) -> bool {
    move |token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted)
}

fn split_at_semicolon(tokens: &[TokenTree]) -> (&[TokenTree], &[TokenTree]) {
    let end = tokens.iter().position(is(';')).unwrap_or(tokens.len());
    let (before, after) = tokens.split_at(end);
    (before, after.get(1..).unwrap_or_default())
}
