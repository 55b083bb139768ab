//! Which element goes where: `y[index]` against the formula of each op, for every index. (A gradient check
//! can't see a mistake that forward and backward share.)

use tapeloop::{Array, Memory, Params, Shape, Tape, Var};

const SHAPES: [&[usize]; 6] = [&[5], &[2, 3], &[3, 1], &[2, 3, 4], &[2, 1, 3, 2], &[2, 0, 3]];

/// An array of this shape with the elements 0, 1, 2, …, which are also their offsets.
fn numbered(shape: &[usize]) -> Array<f64> {
    let shape = Shape::new(shape);
    Array::new(shape, (0..shape.len()).map(|i| i as f64).collect())
}

/// The offset of an element, with the last axis contiguous.
fn offset(shape: Shape, index: &[usize]) -> usize {
    index.iter().zip(shape.sizes()).fold(0, |offset, (i, size)| offset * size + i)
}

/// Asserts that `y = op(x)` has the element of `x` at `from(index)` at every `index`; and its shape.
fn check(
    shape: &[usize],
    y_shape: &[usize],
    op: impl for<'t> Fn(&'t Tape<'t, f64>, Var<'t, f64>) -> Var<'t, f64>,
    from: impl Fn(&[usize]) -> Vec<usize>,
) {
    let params = Params::new(0);
    let tape = Tape::new(&params, Memory::new());
    let x = tape.variable(&numbered(shape));
    let y = op(&tape, x);
    assert_eq!(y.shape().sizes(), y_shape, "{y:?} of {shape:?}");
    for (i, value) in y.value().into_iter().enumerate() {
        let mut rest = i;
        let mut index: Vec<usize> = y_shape.iter().rev().map(|n| (rest % n, rest /= n).0).collect();
        index.reverse();
        assert_eq!(value, offset(x.shape(), &from(&index)) as f64, "{y:?} of {shape:?} at {index:?}");
    }
}

/// `list` with `change` applied to its copy.
fn with<T>(list: &[usize], change: impl FnOnce(&mut Vec<usize>) -> T) -> Vec<usize> {
    let mut list = list.to_vec();
    change(&mut list);
    list
}

/// `x` cut before entries `a` and `b` of an axis.
fn thirds<'t>(x: Var<'t, f64>, axis: usize, a: usize, b: usize) -> [Var<'t, f64>; 3] {
    [(0, a), (a, b - a), (b, x.shape().sizes()[axis] - b)].map(|(start, len)| x.slice(axis, start, len))
}

/// All entries of the first axis.
fn entries<'t>(x: Var<'t, f64>) -> Vec<Var<'t, f64>> {
    (0..x.shape().sizes()[0]).map(|i| x.select(0, i)).collect()
}

#[test]
fn parts_and_orders() {
    for shape in SHAPES {
        for (axis, &size) in shape.iter().enumerate() {
            for other in 0..shape.len() {
                let swap = |list: &[usize]| with(list, |list| list.swap(axis, other));
                check(shape, &swap(shape), |_, x| x.transpose(axis, other), swap);
            }
            let back = |i: &[usize]| with(i, |i| i[axis] = size - 1 - i[axis]);
            check(shape, shape, |_, x| x.reverse(axis), back);
            for entry in 0..size {
                let to = with(shape, |to| to.remove(axis));
                check(shape, &to, |_, x| x.select(axis, entry), |i| with(i, |i| i.insert(axis, entry)));
                for len in 0..size - entry {
                    let to = with(shape, |to| to[axis] = len);
                    check(shape, &to, |_, x| x.slice(axis, entry, len), |i| with(i, |i| i[axis] += entry));
                }
            }
        }
    }
}

#[test]
fn arrays_out_of_parts() {
    for shape in SHAPES {
        for (axis, &size) in shape.iter().enumerate() {
            // Cut into three parts, and put together again in another order.
            let (a, b) = (size / 3, size / 2);
            let rotate = |i: &[usize]| with(i, |i| i[axis] = (i[axis] + a) % size);
            check(
                shape,
                shape,
                |tape, x| {
                    let [first, middle, last] = thirds(x, axis, a, b);
                    tape.concat(axis, &[middle, last, first])
                },
                rotate,
            );
        }
        for axis in 0..=shape.len().min(3) {
            if shape.len() < 4 {
                let to = with(shape, |to| to.insert(axis, 3));
                let entry = |i: &[usize]| with(i, |i| i.remove(axis));
                check(shape, &to, |tape, x| tape.stack(axis, &[x; 3]), entry);
            }
        }
        // Entries, stacked on the axis that they were taken from, are the array.
        if shape[0] > 0 {
            check(shape, shape, |tape, x| tape.stack(0, &entries(x)), <[usize]>::to_vec);
        }
    }
}

#[test]
fn repeats_and_rows() {
    check(&[], &[2, 3], |_, x| x.expand([2, 3]), |_| vec![]);
    check(&[3], &[2, 3], |_, x| x.expand([2, 3]), |i| vec![i[1]]);
    check(&[3, 1], &[2, 3, 4], |_, x| x.expand([2, 3, 4]), |i| vec![i[1], 0]);
    check(&[2, 1, 3], &[2, 5, 3], |_, x| x.expand([2, 5, 3]), |i| vec![i[0], 0, i[2]]);
    let ids = [4, 0, 0, 3, 1, 4];
    check(&[5, 2], &[2, 3, 2], |_, x| x.gather([2, 3], &ids), |i| vec![ids[i[0] * 3 + i[1]], i[2]]);
    check(&[5, 2], &[2], |_, x| x.gather([], &[3]), |i| vec![3, i[0]]);
    for shape in SHAPES {
        check(shape, shape, |_, x| x.reshape([1, x.shape().len()]).reshape(x.shape()), <[usize]>::to_vec);
    }
}

#[test]
fn sums_and_masks() {
    let params = Params::new(0);
    let tape = Tape::new(&params, Memory::new());
    let x = tape.variable(&numbered(&[2, 3, 2])); // [[[0, 1], [2, 3], [4, 5]], [[6, 7], [8, 9], [10, 11]]]
    assert_eq!(x.sum_axis(0).value(), [6.0, 8.0, 10.0, 12.0, 14.0, 16.0]);
    assert_eq!(x.sum_axis(1).value(), [6.0, 9.0, 24.0, 27.0]);
    assert_eq!(x.sum_axis(2).value(), [1.0, 5.0, 9.0, 13.0, 17.0, 21.0]);
    assert_eq!(x.mean_axis(1).value(), [2.0, 3.0, 8.0, 9.0]);
    assert_eq!(x.max_axis(1).value(), [4.0, 5.0, 10.0, 11.0]);
    assert_eq!((x * -1.0).max_axis(0).value(), [0.0, -1.0, -2.0, -3.0, -4.0, -5.0]);
    assert_eq!((x.sum().item(), x.mean().item()), (66.0, 5.5));
    assert_eq!(tape.input([2], &[3.0, -4.0]).norm().item(), 5.0);
    let mask = [true, false, false, true];
    let (a, b) = (tape.input([4], &[1.0; 4]), tape.input([4], &[2.0; 4]));
    assert_eq!(a.where_mask(&mask, b).value(), [1.0, 2.0, 2.0, 1.0]);
}

#[test]
fn rows_not_taken_leave_no_trace() {
    let params = Params::new(0);
    let tape = Tape::new(&params, Memory::new());
    let mask = tape.input([3], &[1.0, 0.0, 1.0]);
    let a = tape.variable(&numbered(&[3, 2])); // [[0, 1], [2, 3], [4, 5]]
    let b = tape.variable(&Array::new([3, 2], vec![f64::NAN, 0.0, -1.0, -2.0, f64::INFINITY, 0.0]));
    let y = mask.select_rows(a, b);
    assert_eq!(y.value(), [0.0, 1.0, -1.0, -2.0, 4.0, 5.0]);
    // An upstream gradient of ∞ times 0 would be NaN.
    let loss = (y * tape.input([3, 2], &[f64::INFINITY, 1.0, 2.0, 3.0, f64::INFINITY, 4.0])).sum();
    tape.backward(loss, &mut params.zero_gradients());
    assert_eq!(a.grad(), [f64::INFINITY, 1.0, 0.0, 0.0, f64::INFINITY, 4.0]);
    assert_eq!(b.grad(), [0.0, 0.0, 2.0, 3.0, 0.0, 0.0]);
    // One mask for all the steps of a sequence.
    let steps = tape.input([1, 3], &[0.0, 1.0, 1.0]);
    let a = a.reshape([1, 3, 2]);
    assert_eq!(steps.select_rows(a, -a).value(), [-0.0, -1.0, 2.0, 3.0, 4.0, 5.0]);
}
