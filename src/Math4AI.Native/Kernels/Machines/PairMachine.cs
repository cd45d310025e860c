using Math4AI.Probability.Forecasts;

namespace Math4AI.Kernels.Machines;

/// <summary>
/// The machine that divides two classes, and the sigmoid that makes probabilities of its decision values.
/// </summary>
/// <param name="First">The place of the class on whose side decision values are positive.</param>
/// <param name="Second">The place of the other class.</param>
/// <param name="Fit">The machine.</param>
/// <param name="Sigmoid">The sigmoid; null where no probabilities were asked for.</param>
internal sealed record PairMachine(int First, int Second, SupportVectorFit Fit, SigmoidCalibration? Sigmoid);
