//! Matrix products: square ones, and those of a recurrent net with four gates.
//!
//! `cargo bench --bench gemm`, or some of them: `cargo bench --bench gemm -- gemm/f32/1/nn/10x`. A name is
//! the type, the number of threads, the form (nn is `A·B`, tn `Aᵀ·B`, nt `A·Bᵀ`) and M×K×N.

#[allow(dead_code)]
#[path = "../tests/common/numbers.rs"]
mod numbers;

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use numbers::whole;
use rayon::{ThreadPool, ThreadPoolBuilder};
use tapeloop::Real;
use tapeloop::kernels::gemm::{Packed, Right, add_product, product};
use tapeloop::kernels::{Mat, MatMut, reference};

/// `C = A·B`, or `C += A·B`.
#[derive(Clone, Copy)]
struct Product {
    /// nn, tn or nt.
    form: &'static str,
    /// M, K and N.
    sizes: [usize; 3],
    /// Whether `B` is a weight: packed beforehand, as it is read at every step.
    packed: bool,
    add: bool,
}

fn products() -> Vec<Product> {
    let forms = ["nn", "tn", "nt"];
    let square = |n| forms.map(|form| Product { form, sizes: [n; 3], packed: false, add: false });
    let mut products: Vec<Product> = [64, 128, 256, 512, 1024, 2048].into_iter().flat_map(square).collect();
    for b in [1, 10, 32, 64, 128] {
        for h in [20, 100, 128, 256, 512, 1024] {
            let step = Product { form: "nn", sizes: [b, h, 4 * h], packed: true, add: false };
            products.push(step); // H·W
            products.push(Product { form: "nt", sizes: [b, 4 * h, h], ..step }); // dG·Wᵀ
            products.push(Product { form: "tn", sizes: [h, b, 4 * h], packed: false, add: true }); // Hᵀ·dG
        }
    }
    products
}

/// A matrix that may be stored transposed.
struct Stored<R> {
    data: Vec<R>,
    rows: usize,
    cols: usize,
    transposed: bool,
}

impl<R: Real> Stored<R> {
    fn new([rows, cols]: [usize; 2], transposed: bool, seed: u64) -> Self {
        Self { data: whole(rows * cols, seed), rows, cols, transposed }
    }

    fn mat(&self) -> Mat<'_, R> {
        let [rows, cols] = if self.transposed { [self.cols, self.rows] } else { [self.rows, self.cols] };
        Mat::new(&self.data, rows, cols).t_if(self.transposed)
    }

    fn row(&self, i: usize) -> Mat<'_, R> {
        if self.transposed {
            Mat::strided(&self.data[i..], self.cols, 1, self.rows).t()
        } else {
            Mat::new(&self.data[i * self.cols..], 1, self.cols)
        }
    }

    fn column(&self, j: usize) -> Mat<'_, R> {
        if self.transposed {
            Mat::new(&self.data[j * self.rows..], 1, self.rows).t()
        } else {
            Mat::strided(&self.data[j..], self.rows, 1, self.cols)
        }
    }
}

/// The operands of a product, which is verified.
struct Ready<R> {
    product: Product,
    a: Stored<R>,
    b: Stored<R>,
    packed: Option<Packed<R>>,
    c: Vec<R>,
}

impl<R: Real> Ready<R> {
    fn new(product: Product) -> Self {
        let [m, k, n] = product.sizes;
        let a = Stored::new([m, k], product.form == "tn", 1);
        let b = Stored::new([k, n], product.form == "nt", 2);
        let packed = product.packed.then(|| Packed::new(b.mat()));
        let mut ready = Self { product, a, b, packed, c: whole(m * n, 3) };
        ready.verify();
        ready
    }

    fn run(&mut self) {
        let [m, _, n] = self.product.sizes;
        let b = self.packed.as_ref().map_or(Right::from(self.b.mat()), Right::from);
        let c = MatMut::new(black_box(&mut self.c), m, n);
        if self.product.add {
            add_product(self.a.mat(), b, c);
        } else {
            product(self.a.mat(), b, c);
        }
    }

    /// Whole numbers: the product must be equal to the definition. Of a large one not all is compared, but
    /// the first row, the last and one between, and three such columns.
    fn verify(&mut self) {
        let Product { form, sizes: [m, k, n], add, .. } = self.product;
        let before = self.c.clone();
        self.run();
        let start = |e: usize| if add { before[e] } else { R::ZERO };
        let check = |a: Mat<'_, R>, b: Mat<'_, R>, element: &dyn Fn(usize) -> usize| {
            let mut expected: Vec<R> = (0..a.rows * b.cols).map(|i| start(element(i))).collect();
            reference::gemm(a, b, &mut expected);
            for (i, expected) in expected.into_iter().enumerate() {
                let (e, got) = (element(i), self.c[element(i)]);
                assert!(got == expected, "{form} {m}x{k}x{n}: element {e} is {got}, not {expected}");
            }
        };
        if m * k * n <= 1 << 21 {
            check(self.a.mat(), self.b.mat(), &|e| e);
        } else {
            [0, m / 2, m - 1].iter().for_each(|&i| check(self.a.row(i), self.b.mat(), &|j| i * n + j));
            [0, n / 2, n - 1].iter().for_each(|&j| check(self.a.mat(), self.b.column(j), &|i| i * n + j));
        }
    }
}

fn bench<R: Real>(criterion: &mut Criterion, dtype: &str, pool: &ThreadPool) {
    for product in products() {
        let Product { form, sizes: [m, k, n], .. } = product;
        let threads = pool.current_num_threads();
        let mut group = criterion.benchmark_group(format!("gemm/{dtype}/{threads}/{form}"));
        group.throughput(Throughput::Elements(2 * (m * k * n) as u64)); // floating-point operations
        // Made when it is first asked for, and only if it is.
        let mut ready: Option<Ready<R>> = None;
        group.bench_function(format!("{m}x{k}x{n}"), |bencher| {
            pool.install(|| {
                let ready = ready.get_or_insert_with(|| Ready::new(product));
                bencher.iter(|| ready.run());
            });
        });
    }
}

/// On one thread, and on all that rayon would take; called from inside their pool.
fn gemm(criterion: &mut Criterion) {
    let mut counts = vec![1, rayon::current_num_threads()];
    counts.dedup();
    for threads in counts {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        bench::<f32>(criterion, "f32", &pool);
        bench::<f64>(criterion, "f64", &pool);
    }
}

/// Short: there are more than 400.
fn short() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(500))
        .sample_size(10)
}

criterion_group! { name = benches; config = short(); targets = gemm }
criterion_main!(benches);
