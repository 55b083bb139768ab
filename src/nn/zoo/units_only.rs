//! Layers that have no option but their size

/// The description of such a layer: `units_only!(Mgu, MguSpec, MguCell, "`H` units.")` declares `MguSpec`, which is `H`, and
/// `Mgu::new(units)` with this documentation. The alias `pub type Mgu = Recurrent<MguSpec>` must stand beside it.
/// [`Spec::cell`](crate::nn::Spec::cell) is `MguCell::new(params, name, [inputs, units])`, which adds the weights. With
/// `outputs = 2` a unit has two numbers of output.
macro_rules! units_only {
    ($Layer:ident, $Spec:ident, $Cell:ident, $doc:literal $(, outputs = $numbers:literal)?) => {
        #[doc = concat!("The size of a layer of [`", stringify!($Cell), "`]s.")]
        #[derive(Clone, Copy, Debug, PartialEq)]
        #[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
        pub struct $Spec {
            units: usize,
        }

        impl $Layer {
            #[doc = $doc]
            pub fn new(units: usize) -> Self {
                Self::of($Spec { units })
            }
        }

        impl $crate::nn::Spec for $Spec {
            type Cell = $Cell;

            fn outputs(&self) -> usize {
                $($numbers *)? self.units
            }

            #[track_caller]
            fn cell<R: $crate::real::Real>(
                self,
                params: &mut $crate::tensor::Params<R>,
                name: &str,
                inputs: usize,
            ) -> $Cell {
                $Cell::new(params, name, [inputs, self.units])
            }
        }
    };
}
