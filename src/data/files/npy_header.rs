//! The header of an npy array: its magic number, version, and a Python dictionary.

use super::content::Content;
use super::kind::Kind;
use super::layout::Layout;
use crate::error::{Error, short};

/// The longest header that is read. NumPy's own have 118 bytes, and it doubts those above 10,000.
const LONGEST: usize = 1 << 16;

/// What an array consists of.
pub(super) enum Header {
    Numbers(Layout),
    /// Python objects, as a pickle.
    Objects {
        sizes: Vec<u64>,
    },
}

/// Reads the header: `93 NUMPY`, a version, the length, and a dictionary such as
/// `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`.
pub(super) fn read(content: &mut Content<'_>) -> Result<Header, Error> {
    let magic = content.bytes::<6>("npy's first 6 bytes")?;
    if magic != *b"\x93NUMPY" {
        return Err(content.error_at(0, "doesn't begin as npy does (93 NUMPY); give an array saved by NumPy"));
    }
    let length = match content.bytes("npy's version")? {
        [1, 0] => u16::from_le_bytes(content.bytes("the header's length")?).into(),
        [2 | 3, 0] => u32::from_le_bytes(content.bytes("the header's length")?),
        [major, minor] => {
            let problem = format!("has npy's version {major}.{minor}; save it with version 1.0, 2.0 or 3.0");
            return Err(content.error_at(6, problem));
        }
    };
    if length as usize > LONGEST {
        return Err(content.error(format!(
            "declares a header of {length} bytes, more than {LONGEST}; it is damaged, get it again"
        )));
    }
    let start = content.offset();
    let mut text = vec![0; length as usize];
    content.fill(&mut text, "the header")?;
    let mut dictionary = Dictionary { text: &text, at: 0 };
    dictionary.header().map_err(|problem| {
        let rest = String::from_utf8_lossy(&text[dictionary.at..]);
        let rest = short(rest.trim_end());
        let problem = format!("{problem}, in the header at {rest}; save it again, as an array of numbers");
        content.error_at(start + dictionary.at as u64, problem)
    })
}

/// A reader of the few literals of Python that stand in a header.
struct Dictionary<'a> {
    text: &'a [u8],
    at: usize,
}

impl Dictionary<'_> {
    fn header(&mut self) -> Result<Header, String> {
        let (mut descr, mut fortran_order, mut sizes) = (None, None, None);
        self.expect(b'{')?;
        while self.peek() != Some(b'}') {
            let key = self.string()?;
            self.expect(b':')?;
            let is_new = match key.as_str() {
                "descr" => descr.replace(self.descr()?).is_none(),
                "fortran_order" => fortran_order.replace(self.boolean()?).is_none(),
                "shape" => sizes.replace(self.sizes()?).is_none(),
                _ => return Err(format!("{} is no key of npy", short(&key))),
            };
            if !is_new {
                return Err(format!("{} stands there twice", short(&key)));
            }
            if self.peek() != Some(b'}') {
                self.expect(b',')?;
            }
        }
        self.expect(b'}')?;
        if self.peek().is_some() {
            return Err("something follows the dictionary".into());
        }
        match (descr, fortran_order, sizes) {
            (Some(Some((kind, big_endian))), Some(fortran_order), Some(sizes)) => {
                Ok(Header::Numbers(Layout { kind, big_endian, fortran_order, sizes }))
            }
            (Some(None), Some(_), Some(sizes)) => Ok(Header::Objects { sizes }),
            _ => Err("one of 'descr', 'fortran_order' and 'shape' is missing".into()),
        }
    }

    /// The next byte that is no space.
    fn peek(&mut self) -> Option<u8> {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    fn expect(&mut self, wanted: u8) -> Result<(), String> {
        if self.peek() != Some(wanted) {
            return Err(format!("there is no {:?} where it should be", char::from(wanted)));
        }
        self.at += 1;
        Ok(())
    }

    /// The bytes up to the first that isn't like this.
    fn while_is(&mut self, like: impl Fn(u8) -> bool) -> String {
        let rest = &self.text[self.at..];
        let end = rest.iter().position(|&byte| !like(byte)).unwrap_or(rest.len());
        self.at += end;
        String::from_utf8_lossy(&rest[..end]).into_owned()
    }

    fn string(&mut self) -> Result<String, String> {
        let quote = self.peek().filter(|byte| b"'\"".contains(byte)).ok_or("there is no text in quotes")?;
        self.at += 1;
        let string = self.while_is(|byte| byte != quote);
        self.expect(quote)?;
        Ok(string)
    }

    fn boolean(&mut self) -> Result<bool, String> {
        self.peek();
        match self.while_is(|byte| byte.is_ascii_alphabetic()).as_str() {
            "True" => Ok(true),
            "False" => Ok(false),
            _ => Err("'fortran_order' is neither True nor False".into()),
        }
    }

    fn sizes(&mut self) -> Result<Vec<u64>, String> {
        let mut sizes = Vec::new();
        self.expect(b'(')?;
        while self.peek() != Some(b')') {
            let start = self.at;
            let size = self.while_is(|byte| !b",) ".contains(&byte));
            // Python 2 wrote 3L.
            sizes.push(size.trim_end_matches('L').parse().map_err(|_| {
                self.at = start;
                "'shape' has a size that is no whole number, negative, or too large"
            })?);
            if self.peek() != Some(b')') {
                self.expect(b',')?;
            }
        }
        self.expect(b')')?;
        Ok(sizes)
    }

    /// The type of numbers and whether they are big-endian; none for Python objects.
    fn descr(&mut self) -> Result<Option<(Kind, bool)>, String> {
        if self.peek() == Some(b'[') {
            return Err("a structured array (several columns of different types) is not read".into());
        }
        let start = self.at;
        let descr = self.string()?;
        let (order, name) = descr.split_at_checked(1).unwrap_or_default();
        let kind = match name {
            "O" => return Ok(None),
            "b1" => Some(Kind::Bool),
            "u1" => Some(Kind::U8),
            "u2" => Some(Kind::U16),
            "u4" => Some(Kind::U32),
            "u8" => Some(Kind::U64),
            "i1" => Some(Kind::I8),
            "i2" => Some(Kind::I16),
            "i4" => Some(Kind::I32),
            "i8" => Some(Kind::I64),
            "f2" => Some(Kind::F16),
            "f4" => Some(Kind::F32),
            "f8" => Some(Kind::F64),
            _ => None,
        };
        match (kind, order) {
            (Some(kind), "<" | ">") => Ok(Some((kind, order == ">"))),
            (Some(kind), "|") if kind.width() == 1 => Ok(Some((kind, false))),
            _ => {
                self.at = start;
                Err("the type is none of those that are read (bool, i1 to i8, u1 to u8, f2 to f8)".into())
            }
        }
    }
}
