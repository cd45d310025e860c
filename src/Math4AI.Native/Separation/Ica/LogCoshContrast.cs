using Math4AI.Data;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Separation.Ica;

/// <summary>
/// The contrast log cosh u, with the loops of <see cref="Ica.LogCosh"/>, a pass for few channels of its own and the
/// search for saddle points.
/// </summary>
internal sealed class LogCoshContrast : Contrast
{
    public override string Name => "logcosh";

    public override double GaussianMean => SaddlePoints.GaussianContrast;

    internal override bool HasSinglePrecision => true;

    public override double Value(double u) => Ica.LogCosh.Value(u);

    public override double Score(double u) => Math.Tanh(u);

    public override double Slope(double u) => 1.0 - Math.Tanh(u) * Math.Tanh(u);

    public override double Score(Span<double> u) => u.Length - Ica.LogCosh.Score(u);

    public override double Sum(ReadOnlySpan<double> u) => Ica.LogCosh.Sum(u);

    internal override double Score(Span<float> u) => u.Length - Ica.LogCosh.Score(u);

    internal override FixedPointPass FusedPass(ISampleSource samples, Whitening whitening) =>
        new FusedFixedPointPass(samples, whitening);

    internal override Matrix<double>? LeaveSaddle(
        ISampleSource mixture, Whitening whitening, Matrix<double> rotation, CancellationToken cancellation) =>
        SaddlePoints.Leave(mixture, whitening, rotation, cancellation);
}
