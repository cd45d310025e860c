using Math4AI.Data;
using Math4AI.LinearAlgebra;
using Math4AI.LinearAlgebra.Blocks;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Separation.Ica;

/// <summary>
/// The objective of FastICA, Σ_i (E G(w_iᵀz) − E G(ν))² with ν standard normal, on a few thousand samples spread over
/// the data. The iteration does not need it, and a pass over all samples would cost as much as an iteration.
/// </summary>
internal sealed class ContrastSample
{
    private const int Samples = 4096;

    private readonly Contrast contrast;
    private readonly double gaussianMean;
    private readonly double[] white;
    private readonly double[] sources;
    private readonly int count;

    public ContrastSample(ISampleSource mixture, Whitening whitening, Contrast contrast)
    {
        this.contrast = contrast;
        gaussianMean = contrast.GaussianMean;
        (double[] planar, count) = EvenSample.Of(mixture, Samples);
        int components = whitening.Matrix.RowCount;
        BlockKernels.Centre(planar, count, whitening.Covariance.Mean.ToArray());
        white = new double[components * count];
        sources = new double[components * count];
        BlockKernels.Project(whitening.Matrix.ToRowMajorArray(), components, planar, mixture.Channels, count, white);
    }

    /// <summary>Computes the objective for the rows of W on white data.</summary>
    public double At(Matrix<double> rotation)
    {
        BlockKernels.Project(
            rotation.ToRowMajorArray(), rotation.RowCount, white, rotation.ColumnCount, count, sources);
        double sum = 0.0;
        for (int row = 0; row < rotation.RowCount; row++)
        {
            double distance = contrast.Sum(sources.AsSpan(row * count, count)) / count - gaussianMean;
            sum += distance * distance;
        }

        return sum;
    }
}
