//! The instructions of Python's pickles, as far as lists of whole numbers need them.

use super::content::Content;
use super::opcode as op;
use crate::error::{Error, short};

/// The longest name or text that is read. The longest one in NumPy's pickles has 35 bytes.
const LONGEST: usize = 64;

/// A pickle's instructions, one after the other.
///
/// A pickle is a program: it puts values on a stack, and may call any function of Python by its name. Here is nothing
/// that could run it. What calls [`next`](Self::next) expects certain instructions in a certain order, and everything
/// else is an error.
pub(super) struct Pickle<'c, 'a> {
    content: &'c mut Content<'a>,
    ahead: Option<u8>,
    /// The last value, if it is a text.
    text: Option<String>,
    /// The texts that later instructions may refer to, with their numbers.
    memo: Vec<(u32, String)>,
    /// How many values, texts or not, have got a number.
    numbered: u32,
}

impl<'c, 'a> Pickle<'c, 'a> {
    pub fn new(content: &'c mut Content<'a>) -> Self {
        Self { content, ahead: None, text: None, memo: Vec::new(), numbered: 0 }
    }

    /// The first instruction, with the version of the format.
    pub fn protocol(&mut self) -> Result<(), Error> {
        self.expect(&[op::PROTO])?;
        match self.bytes()? {
            [2..=5] => Ok(()),
            [other] => {
                Err(self.error(format!("the pickle has protocol {other}; save it with one of 2 to 5")))
            }
        }
    }

    /// The next instruction, which stays the next one. Frames and the numbering of values are passed by.
    pub fn peek(&mut self) -> Result<u8, Error> {
        while self.ahead.is_none() {
            let [instruction] = self.bytes()?;
            let number = match instruction {
                op::FRAME => {
                    self.bytes::<8>()?;
                    continue;
                }
                op::BINPUT => u8::from_le_bytes(self.bytes()?).into(),
                op::LONG_BINPUT => u32::from_le_bytes(self.bytes()?),
                op::MEMOIZE => self.numbered,
                _ => {
                    self.text = None;
                    self.ahead = Some(instruction);
                    break;
                }
            };
            self.numbered = self.numbered.saturating_add(1);
            self.memo.extend(self.text.take().map(|text| (number, text)));
        }
        Ok(self.ahead.unwrap_or_default())
    }

    /// The next instruction.
    pub fn next(&mut self) -> Result<u8, Error> {
        let instruction = self.peek()?;
        self.ahead = None;
        Ok(instruction)
    }

    /// Passes by these instructions.
    pub fn expect(&mut self, instructions: &[u8]) -> Result<(), Error> {
        for &wanted in instructions {
            let found = self.next()?;
            if found != wanted {
                return Err(self.unexpected(found));
            }
        }
        Ok(())
    }

    /// Whether the instruction is a whole number.
    pub fn is_int(instruction: u8) -> bool {
        [op::BININT1, op::BININT2, op::BININT, op::LONG1].contains(&instruction)
    }

    /// A whole number.
    pub fn int(&mut self) -> Result<i64, Error> {
        Ok(match self.next()? {
            op::BININT1 => u8::from_le_bytes(self.bytes()?).into(),
            op::BININT2 => u16::from_le_bytes(self.bytes()?).into(),
            op::BININT => i32::from_le_bytes(self.bytes()?).into(),
            op::LONG1 => {
                let [length @ ..=8] = self.bytes()? else {
                    return Err(self
                        .content
                        .error("the pickle has a number of more than 64 bits; give sequences of ids"));
                };
                let mut bytes = [0; 8];
                let unused = 8 - usize::from(length);
                self.content.fill(&mut bytes[unused..], "the pickle")?;
                i64::from_le_bytes(bytes) >> (8 * unused).min(63)
            }
            other => return Err(self.unexpected(other)),
        })
    }

    /// A text: written here, or by an earlier instruction.
    pub fn text(&mut self) -> Result<String, Error> {
        let length = match self.next()? {
            op::SHORT_BINUNICODE | op::SHORT_BINSTRING | op::SHORT_BINBYTES => {
                u8::from_le_bytes(self.bytes()?).into()
            }
            op::BINUNICODE => u32::from_le_bytes(self.bytes()?) as usize,
            op::BINGET => {
                let [number] = self.bytes()?;
                let earlier = self.memo.iter().find(|(n, _)| *n == u32::from(number));
                return earlier.map(|(_, text)| text.clone()).ok_or_else(|| self.unexpected(op::BINGET));
            }
            other => return Err(self.unexpected(other)),
        };
        let mut bytes = vec![0; length.min(LONGEST)];
        self.content.fill(&mut bytes, "the pickle")?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if length > LONGEST {
            let problem = format!(
                "the pickle has the text {}, which no array of lists needs; give another file",
                short(&text)
            );
            return Err(self.content.error(problem));
        }
        self.text = Some(text.clone());
        Ok(text)
    }

    /// The name of a function or class of Python, with its module.
    pub fn global(&mut self) -> Result<String, Error> {
        if self.peek()? == op::GLOBAL {
            self.next()?;
            return Ok(format!("{}.{}", self.line()?, self.line()?));
        }
        let (module, name) = (self.text()?, self.text()?);
        self.expect(&[op::STACK_GLOBAL])?;
        Ok(format!("{module}.{name}"))
    }

    fn line(&mut self) -> Result<String, Error> {
        let mut line = Vec::new();
        loop {
            match self.bytes()? {
                [b'\n'] => return Ok(String::from_utf8_lossy(&line).into_owned()),
                [byte] if line.len() < LONGEST => line.push(byte),
                _ => {
                    return Err(self
                        .content
                        .error("the pickle has a name that no array of lists needs; give another file"));
                }
            }
        }
    }

    /// Checks that nothing is left.
    pub fn end(&mut self) -> Result<(), Error> {
        match self.content.is_at_end()? {
            true => Ok(()),
            false => Err(self.error("has bytes behind the end of its pickle; it is damaged, get it again")),
        }
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        self.content.bytes("the pickle")
    }

    /// The error that this instruction is.
    pub fn unexpected(&self, instruction: u8) -> Error {
        let problem = format!(
            "the pickle has the instruction {:?} (see pickletools) where none such can be; give an array of lists of \
             whole numbers, each list written where it stands",
            char::from(instruction)
        );
        self.content.error_at(self.content.offset().saturating_sub(1), problem)
    }

    /// What is wrong, up to here.
    pub fn error(&self, problem: impl Into<String>) -> Error {
        self.content.error(problem)
    }
}
