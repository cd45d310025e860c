using Math4AI.Data;
using Math4AI.Probability;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Separation.Quality;

/// <summary>Holds the dependence of the channels of a mixture, and of the sources found in it.</summary>
/// <param name="Mixture">The mutual information of the channels in nats, and its permutation test.</param>
/// <param name="Sources">The same of the sources.</param>
public sealed record Dependence(IndependenceTest Mixture, IndependenceTest Sources)
{
    private const int Samples = 1000;
    private const int Permutations = 99;

    /// <summary>
    /// Estimates both by nearest neighbors, from a thousand samples in short runs spread over the data. The test
    /// permutes these runs, since a signal's samples depend on each other over time.
    /// </summary>
    /// <param name="mixture">The mixture.</param>
    /// <param name="unmixing">The unmixing, of two sources or more.</param>
    public static Dependence Of(ISampleSource mixture, Unmixing unmixing)
    {
        ArgumentNullException.ThrowIfNull(mixture);
        ArgumentNullException.ThrowIfNull(unmixing);
        (double[] planar, int count) = EvenSample.Of(mixture, Samples);
        Matrix<double> y = Matrix<double>.Build.Dense(count, mixture.Channels, planar);
        Matrix<double> centred = y.MapIndexed((_, channel, value) => value - unmixing.Mean[channel], Zeros.Include);
        return new Dependence(
            Test(y),
            Test(centred * unmixing.Matrix.Transpose()));
    }

    private static IndependenceTest Test(Matrix<double> samples) =>
        MutualInformation.Test(samples, Permutations, run: EvenSample.RunLength);
}
