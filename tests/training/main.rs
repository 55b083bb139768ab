//! Optimizers, schedules, clipping, and whole trainings against recorded ones.

#[path = "../common/mod.rs"]
mod common;

mod baselines;
mod clip;
mod fit_cases;
mod optimizer_properties;
mod optimizers;
mod schedules;
mod training_cases;
