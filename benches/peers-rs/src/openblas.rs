//! OpenBLAS, loaded at run time.

use std::error::Error;
use std::ffi::{CStr, c_char, c_int};
use std::path::Path;
use std::process::Command;

use libloading::Library;
use tapeloop::Real;

use crate::measure::{Call, Problem};
use crate::number::Number;
use crate::product::Form;

/// `C = alpha·A·B + beta·C` of the C interface to BLAS: the order, two transpositions, M, N, K, alpha, A and
/// its row stride, B, beta, C.
#[rustfmt::skip]
pub type CblasGemm<T> = unsafe extern "C" fn(
    c_int, c_int, c_int, c_int, c_int, c_int, T, *const T, c_int, *const T, c_int, T, *mut T, c_int,
);

const ROW_MAJOR: c_int = 101;
const PLAIN: c_int = 111;
const TRANSPOSED: c_int = 112;

/// The functions of a loaded OpenBLAS.
pub struct OpenBlas {
    pub sgemm: CblasGemm<f32>,
    pub dgemm: CblasGemm<f64>,
    /// The processor whose kernels it uses.
    pub core: String,
    _library: Library,
}

/// What OpenBLAS has to find in its environment. It takes some processors with AVX-512 for older ones: it is
/// told to use the kernels of one that has it. And its threads spin for 20 ms after a product, on the cores
/// of whoever is measured next: it is told to let them sleep after 2²⁰ cycles, long after the next of its
/// own calls would have come.
pub fn configure(worker: &mut Command) {
    #[cfg(target_arch = "x86_64")]
    if std::is_x86_feature_detected!("avx512f") && std::is_x86_feature_detected!("avx512vl") {
        worker.env("OPENBLAS_CORETYPE", "SkylakeX");
    }
    worker.env("OPENBLAS_THREAD_TIMEOUT", "20");
}

impl OpenBlas {
    /// The library at `path`, or else the system's. `None`, and a message, if there isn't any.
    pub fn load(path: Option<&Path>) -> Result<Option<Self>, String> {
        if let Some(path) = path {
            // SAFETY: we trust the library that the user names to be OpenBLAS.
            let library = unsafe { Library::new(path) };
            let library = library.map_err(|e| e.source().map_or(e.to_string(), ToString::to_string));
            return library.and_then(Self::with).map(Some).map_err(|e| format!("{}: {e}", path.display()));
        }
        let name = libloading::library_filename("openblas");
        let versioned = format!("{}.0", name.display());
        // SAFETY: the system's library of that name is OpenBLAS.
        match unsafe { Library::new(&name).or_else(|_| Library::new(versioned)) } {
            Ok(library) => Self::with(library).map(Some),
            Err(_) => {
                eprintln!("no OpenBLAS on this system: measuring without it (--openblas LIBRARY names one)");
                Ok(None)
            }
        }
    }

    fn with(library: Library) -> Result<Self, String> {
        // Some builds put a prefix before all names.
        let prefixes = ["", "scipy_"];
        let known = |p: &&&str| unsafe { library.get::<fn()>(format!("{p}cblas_sgemm")).is_ok() };
        let prefix = prefixes.iter().find(known).ok_or("no function cblas_sgemm in it")?;
        let missing = |e: libloading::Error| e.to_string();
        // SAFETY: these are the types of these functions where BLAS' integers are C's `int`; builds with
        // longer ones have other names.
        unsafe {
            let sgemm = *library.get::<CblasGemm<f32>>(format!("{prefix}cblas_sgemm")).map_err(missing)?;
            let dgemm = *library.get::<CblasGemm<f64>>(format!("{prefix}cblas_dgemm")).map_err(missing)?;
            let core = library
                .get::<unsafe extern "C" fn() -> *const c_char>(format!("{prefix}openblas_get_corename"))
                .map_err(missing)?;
            let core = CStr::from_ptr(core()).to_string_lossy().into_owned();
            Ok(Self { sgemm, dgemm, core, _library: library })
        }
    }

    pub fn call<'a, R: Number>(&'a self, problem: &'a Problem<R>) -> Call<'a, R> {
        let p = problem.product;
        let gemm = R::cblas_gemm(self);
        let int = |n: usize| c_int::try_from(n).expect("a size that BLAS can take");
        let (m, n, k) = (int(p.m), int(p.n), int(p.k));
        let (transpose_a, lda) = if p.form == Form::Tn { (TRANSPOSED, m) } else { (PLAIN, k) };
        let (transpose_b, ldb) = if p.form == Form::Nt { (TRANSPOSED, k) } else { (PLAIN, n) };
        let (alpha, beta) = (<R as Real>::ONE, problem.beta());
        Box::new(move |c| {
            assert_eq!(c.len(), p.m * p.n);
            let (a, b, c) = (problem.a.as_ptr(), problem.b.as_ptr(), c.as_mut_ptr());
            // SAFETY: row-major matrices without gaps, of M·K, K·N and M·N numbers; `self` keeps the library.
            unsafe {
                gemm(ROW_MAJOR, transpose_a, transpose_b, m, n, k, alpha, a, lda, b, ldb, beta, c, n);
            }
        })
    }
}
