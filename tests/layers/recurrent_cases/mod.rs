//! Recurrent layers against every recording of what other libraries compute: outputs, last states and all gradients, with
//! the operation for whole sequences and unrolled.
//!
//! One file per library. Each begins with how its weights become ours: that is what one needs who moves a trained net.

mod keras;
mod layer;
mod net;
mod onnx;
mod tf1;
mod torch;
