//! What an acceleration sensor on a rotating machine records.

use std::f64::consts::TAU;

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal};

use crate::data::Series;

/// The vibration of a rotating machine with a damaged bearing, as an acceleration sensor records it.
///
/// ```text
/// θ(t) = 2π·∫ f(t) dt,   f(t) = f_s·(1 + d_f·sin(2π·ν_f·t + φ_f))     the shaft's angle
/// x(t) = (1 + d_a·sin(2π·ν_a·t + φ_a))·Σ_k a_k·cos(k·θ(t) + φ_k)      imbalance, misalignment, …
///      + Σ_j A·exp(−β·(t − t_j))·sin(2π·f_r·(t − t_j))                  the damage, for t ≥ t_j
///      + σ·noise
/// ```
///
/// Each time a ball rolls over the pit in the outer race, at `t_j`, it strikes a structure that rings at its resonance
/// and dies out: P. D. McFadden & J. D. Smith, *Model for the vibration produced by a single point defect in a rolling
/// element bearing*, Journal of Sound and Vibration 96 (1984). The outer race rests, so all blows are equally hard. The
/// blows come at angles that are `1/order` of a turn apart, with a random slip each, which adds up: R. B. Randall &
/// J. Antoni, *Rolling element bearing diagnostics – a tutorial*, Mechanical Systems and Signal Processing 25 (2011).
///
/// The defaults give 41,000 numbers, 3.4 seconds and 102 turns, of a shaft with 1,797 turns a minute and a bearing
/// 6205. Standard deviations: 0.78 of the shaft's part, 0.10 of the damage's, 0.05 of the noise. So most of it
/// can be predicted; what cannot is the noise, and when exactly the next blow comes.
///
/// ```
/// # use tapeloop::data::Vibration;
/// let series = Vibration { noise: 0.0, ..Vibration::default() }.series(0);
/// assert_eq!(series.values.len(), 41_000);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Vibration {
    /// How many numbers.
    pub points: usize,
    /// Numbers per second (Hz).
    pub sampling_rate: f64,
    /// Turns per second (Hz), `f_s`.
    pub shaft_frequency: f64,
    /// The amplitudes (g) of the shaft's frequency, of its double, and so on, `a_k`.
    pub harmonics: Vec<f64>,
    /// How the speed of the shaft changes: `d_f` and `ν_f`.
    pub speed: Modulation,
    /// How the amplitude of the shaft's part changes: `d_a` and `ν_a`.
    pub amplitude: Modulation,
    /// Blows per turn; [`outer_race_order`](Self::outer_race_order) gives it for a bearing.
    pub fault_order: f64,
    /// The standard deviation of the distance between blows, as a share of it.
    pub slip: f64,
    /// The amplitude of a blow (g), `A`; 0 for a sound bearing.
    pub impulse: f64,
    /// The frequency at which the structure rings (Hz), `f_r`.
    pub resonance: f64,
    /// How fast the ringing dies out (1/s), `β`: after `1/β` seconds it has 37 % of its amplitude.
    pub decay: f64,
    /// The standard deviation of the white noise (g), `σ`.
    pub noise: f64,
}

/// A slow sinusoidal change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Modulation {
    /// The largest change, as a share of the mean; below 1.
    pub depth: f64,
    /// Changes per second (Hz).
    pub frequency: f64,
}

impl Default for Vibration {
    fn default() -> Self {
        Self {
            points: 41_000,
            sampling_rate: 12_000.0,
            shaft_frequency: 29.95,
            harmonics: vec![1.0, 0.4, 0.2],
            speed: Modulation { depth: 0.01, frequency: 0.5 },
            amplitude: Modulation { depth: 0.2, frequency: 2.0 },
            fault_order: Self::outer_race_order(9, 7.94, 39.04, 0.0),
            slip: 0.01,
            impulse: 0.6,
            resonance: 3_000.0,
            decay: 1_000.0,
            noise: 0.05,
        }
    }
}

impl Vibration {
    /// How many balls roll over a point of the outer race in a turn of the shaft: the ball-pass frequency of the
    /// outer race (BPFO) divided by the shaft's. The diameters of a ball and of the circle of their centres
    /// have the same unit; the contact angle is in radians.
    pub fn outer_race_order(
        balls: usize,
        ball_diameter: f64,
        pitch_diameter: f64,
        contact_angle: f64,
    ) -> f64 {
        balls as f64 / 2.0 * (1.0 - ball_diameter / pitch_diameter * contact_angle.cos())
    }

    /// The acceleration in g. Phases, slips and noise depend on the seed.
    ///
    /// # Panics
    /// If a frequency isn't positive or reaches half the sampling rate, a depth is not in 0..1, or another number is
    /// negative or not finite.
    #[track_caller]
    pub fn series(&self, seed: u64) -> Series {
        self.check();
        let rng = &mut ChaCha8Rng::seed_from_u64(seed);
        let mut phase = || rng.random_range(0.0..TAU);
        let (of_speed, of_amplitude) = (phase(), phase());
        let phases: Vec<f64> = self.harmonics.iter().map(|_| phase()).collect();

        let mut ringing = Ringing { next: phase() / self.fault_order, real: 0.0, imaginary: 0.0 };
        let (rate, turns_per_second) = (self.sampling_rate, TAU * self.shaft_frequency);
        let mut values = Vec::with_capacity(self.points);
        for i in 0..self.points {
            let t = i as f64 / rate;
            let slow = |modulation: Modulation, phase: f64| TAU * modulation.frequency * t + phase;
            let drift = self.speed.depth / (TAU * self.speed.frequency);
            let angle = turns_per_second * (t + drift * (of_speed.cos() - slow(self.speed, of_speed).cos()));
            let shaft = self.harmonics.iter().zip(&phases).enumerate();
            let shaft: f64 = shaft.map(|(k, (a, phase))| a * ((k + 1) as f64 * angle + phase).cos()).sum();
            let swell = 1.0 + self.amplitude.depth * slow(self.amplitude, of_amplitude).sin();
            let noise: f64 = StandardNormal.sample(rng);
            values.push(swell * shaft + self.ring(&mut ringing, angle, rng) + self.noise * noise);
        }
        Series {
            name: "acceleration".into(),
            unit: "g".into(),
            time: format!("sample at {rate} Hz"),
            start: 1,
            values,
        }
    }

    /// One sample later, when the shaft has come to this angle: the sum over all blows so far is a complex number that
    /// turns and shrinks, and each blow adds to it what is left of its own since.
    fn ring(&self, ringing: &mut Ringing, angle: f64, rng: &mut ChaCha8Rng) -> f64 {
        let after = |seconds: f64| {
            let (sin, cos) = (TAU * self.resonance * seconds).sin_cos();
            let left = (-self.decay * seconds).exp();
            (left * cos, left * sin)
        };
        let ((cos, sin), Ringing { real, imaginary, .. }) = (after(1.0 / self.sampling_rate), *ringing);
        (ringing.real, ringing.imaginary) = (real * cos - imaginary * sin, real * sin + imaginary * cos);
        while ringing.next <= angle {
            // Less than a sample ago, in which the shaft is as fast as on average.
            let (cos, sin) = after((angle - ringing.next) / (TAU * self.shaft_frequency));
            ringing.real += self.impulse * cos;
            ringing.imaginary += self.impulse * sin;
            let slip: f64 = StandardNormal.sample(rng);
            ringing.next += TAU / self.fault_order * (1.0 + self.slip * slip).max(0.0);
        }
        ringing.imaginary
    }

    #[track_caller]
    fn check(&self) {
        for (what, hz) in [
            ("highest harmonic", self.harmonics.len().max(1) as f64 * self.shaft_frequency),
            ("damage", self.fault_order * self.shaft_frequency),
            ("resonance", self.resonance),
            ("speed's modulation", self.speed.frequency),
            ("amplitude's modulation", self.amplitude.frequency),
        ] {
            let half = self.sampling_rate / 2.0;
            assert!(0.0 < hz && hz < half, "vibration: the {what} has {hz} Hz, not between 0 and {half}");
        }
        for depth in [self.speed.depth, self.amplitude.depth] {
            assert!((0.0..1.0).contains(&depth), "vibration: a modulation of depth {depth}, not in 0..1");
        }
        for x in [self.sampling_rate, self.slip, self.impulse, self.decay, self.noise]
            .iter()
            .chain(&self.harmonics)
        {
            assert!((0.0..f64::INFINITY).contains(x), "vibration: {x} is negative or not finite");
        }
    }
}

/// The blows so far, and the shaft's angle at the next (radians).
#[derive(Clone, Copy)]
struct Ringing {
    next: f64,
    real: f64,
    imaginary: f64,
}
