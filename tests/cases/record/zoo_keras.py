"""ConvLSTM of Keras (on torch), recomputed: the cells of ConvLSTM1D and ConvLSTM2D, which have no peepholes."""

import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
import torch

import zoo

LIBRARY = {"library": f"keras {keras.__version__}", "licence": "Apache-2.0"}


def conv_case(name, variant, layer, image, kernel, channels, filters):
    """Weights and flat images as we have them; channels come last there, too."""
    taps, places = torch.Size(kernel).numel(), torch.Size(image).numel()
    units = places * filters
    params = {"w": (taps * channels, 4 * filters), "u": (taps * filters, 4 * filters), "b": (4 * filters,)}

    @zoo.case("conv_lstm", name=name, variant=variant, units=units, x=(2, 4, places * channels), params=params,
              states=[(2, units)] * 2, **LIBRARY)
    def conv(x, p, s):
        cell = layer(filters, kernel, padding="same", dtype="float64").cell
        cell.build((2, *image, channels), [(2, *image, filters)] * 2)
        weights = [p["w"].reshape(*kernel, channels, -1), p["u"].reshape(*kernel, filters, -1), p["b"]]
        state = [state.reshape(2, *image, filters) for state in s]
        outputs, others = [], [v.value for v in cell.non_trainable_variables]
        for x_t in x.unbind(1):
            (output, state), _ = cell.stateless_call(weights, others, x_t.reshape(2, *image, channels), state)
            outputs.append(output.reshape(2, -1))
        return torch.stack(outputs, 1), [state.reshape(2, -1) for state in state]


conv_case("conv_lstm_line", "keras", keras.layers.ConvLSTM1D, (5,), (3,), 2, 1)
conv_case("conv_lstm_image", "keras image", keras.layers.ConvLSTM2D, (4, 3), (2, 3), 2, 3)


if __name__ == "__main__":
    zoo.main(__doc__, f"keras {keras.__version__} on torch {torch.__version__} (PyPI), CPU, 1 thread")
