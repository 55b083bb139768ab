//! A run that can be continued.

use std::path::PathBuf;

use super::run::Run;
use crate::error::Error;
use crate::io::Storable;
use crate::real::Real;

/// Where and how often a run is saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The file. It is never there by half: a new one is written beside it and then renamed.
    pub path: PathBuf,
    /// After how many batches it is saved, too; it always is after an epoch.
    pub every: Option<usize>,
    /// Whether to go on from this file, if it is there.
    pub resume: bool,
}

impl<R: Real + Storable> Run<'_, '_, R> {
    pub(super) fn resume(&mut self) -> Result<(), Error> {
        Ok(())
    }
    pub(super) fn save_after_batch(&self) -> Result<(), Error> {
        Ok(())
    }
    pub(super) fn save_after_epoch(&self) -> Result<(), Error> {
        Ok(())
    }
}
