//! NumPy's array of lists of whole numbers, in its pickle.

use super::content::Content;
use super::opcode as op;
use super::pickle::Pickle;
use crate::error::{Error, short};

/// What is found on the way through the array.
pub(super) enum Found {
    /// A list begins.
    List,
    /// The next number of the list.
    Id(usize),
}

/// Reads the pickle of an array of `n` lists, and says what it finds.
///
/// Its instructions, without those that number values for later use:
///
/// ```text
/// PROTO 2 … 5
/// numpy.core.multiarray._reconstruct  numpy.ndarray  (0,)  b'b'  TUPLE3  REDUCE
/// MARK  1  (n,)  numpy.dtype  'O8'  False  True  TUPLE3  REDUCE
///       MARK  3  '|'  None  None  None  -1  -1  63  TUPLE  BUILD
///       False  list of lists
/// TUPLE  BUILD  STOP
///
/// list = EMPTY_LIST, then any of   MARK item item … APPENDS   or   item APPEND
/// ```
pub(super) fn read(content: &mut Content<'_>, n: u64, mut found: impl FnMut(Found)) -> Result<(), Error> {
    let pickle = &mut Pickle::new(content);
    header(pickle, n)?;
    let mut lists = 0;
    list(
        pickle,
        |next| next == op::EMPTY_LIST,
        |pickle| {
            lists += 1;
            if lists > n {
                return Err(pickle.error(format!(
                    "the pickle has more lists than the {n} of the header; it is damaged, get it again"
                )));
            }
            found(Found::List);
            list(pickle, Pickle::is_int, |pickle| {
                let id = pickle.int()?;
                let id = usize::try_from(id).map_err(|_| {
                    pickle.error(format!("{id} is no id; give sequences of ids that count from 0"))
                })?;
                found(Found::Id(id));
                Ok(())
            })
        },
    )?;
    pickle.expect(&[op::TUPLE])?;
    if lists < n {
        return Err(pickle.error(format!(
            "the pickle has {lists} lists, and the header says {n}; it is damaged, get it again"
        )));
    }
    pickle.expect(&[op::BUILD, op::STOP])?;
    pickle.end()
}

fn list(
    pickle: &mut Pickle<'_, '_>,
    is_item: fn(u8) -> bool,
    mut item: impl FnMut(&mut Pickle<'_, '_>) -> Result<(), Error>,
) -> Result<(), Error> {
    pickle.expect(&[op::EMPTY_LIST])?;
    loop {
        match pickle.peek()? {
            op::MARK => {
                pickle.next()?;
                while pickle.peek()? != op::APPENDS {
                    item(pickle)?;
                }
                pickle.next()?;
            }
            next if is_item(next) => {
                item(pickle)?;
                pickle.expect(&[op::APPEND])?;
            }
            _ => return Ok(()),
        }
    }
}

/// Everything before the list of lists: it says that an array of `n` objects comes.
fn header(pickle: &mut Pickle<'_, '_>, n: u64) -> Result<(), Error> {
    pickle.protocol()?;
    global(pickle, &["numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct"])?;
    global(pickle, &["numpy.ndarray"])?;
    int(pickle, 0)?;
    pickle.expect(&[op::TUPLE1])?;
    bytes(pickle, "b")?;
    pickle.expect(&[op::TUPLE3, op::REDUCE, op::MARK])?;
    int(pickle, 1)?;
    int(pickle, n as i64)?;
    pickle.expect(&[op::TUPLE1])?;
    global(pickle, &["numpy.dtype"])?;
    text(pickle, &["O8", "O4"])?;
    boolean(pickle, false)?;
    boolean(pickle, true)?;
    pickle.expect(&[op::TUPLE3, op::REDUCE, op::MARK])?;
    int(pickle, 3)?;
    text(pickle, &["|"])?;
    pickle.expect(&[op::NONE, op::NONE, op::NONE])?;
    int(pickle, -1)?;
    int(pickle, -1)?;
    int(pickle, 63)?;
    pickle.expect(&[op::TUPLE, op::BUILD])?;
    boolean(pickle, false)
}

fn global(pickle: &mut Pickle<'_, '_>, wanted: &[&str]) -> Result<(), Error> {
    let name = pickle.global()?;
    if !wanted.contains(&name.as_str()) {
        let name = short(&name);
        return Err(pickle.error(format!(
            "the pickle calls Python's {name}; it is not called; give a file that you trust"
        )));
    }
    Ok(())
}

fn int(pickle: &mut Pickle<'_, '_>, wanted: i64) -> Result<(), Error> {
    match pickle.int()? {
        found if found == wanted => Ok(()),
        found => Err(pickle
            .error(format!("the pickle has {found} where {wanted} should be; it is damaged, get it again"))),
    }
}

fn text(pickle: &mut Pickle<'_, '_>, wanted: &[&str]) -> Result<(), Error> {
    match pickle.text()? {
        found if wanted.contains(&found.as_str()) => Ok(()),
        found => Err(pickle.error(format!(
            "the pickle has {} where {wanted:?} should be; it is damaged, get it again",
            short(&found)
        ))),
    }
}

/// Protocol 2 has no bytes: Python 3 writes a call that makes them of a text.
fn bytes(pickle: &mut Pickle<'_, '_>, wanted: &str) -> Result<(), Error> {
    if pickle.peek()? != op::GLOBAL {
        return text(pickle, &[wanted]);
    }
    global(pickle, &["_codecs.encode"])?;
    text(pickle, &[wanted])?;
    text(pickle, &["latin1"])?;
    pickle.expect(&[op::TUPLE2, op::REDUCE])
}

/// Python 2 wrote 0 or 1.
fn boolean(pickle: &mut Pickle<'_, '_>, wanted: bool) -> Result<(), Error> {
    if Pickle::is_int(pickle.peek()?) {
        return int(pickle, wanted.into());
    }
    pickle.expect(&[if wanted { op::NEWTRUE } else { op::NEWFALSE }])
}
