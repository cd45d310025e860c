using System.Globalization;
using Math4AI.Data;
using Math4AI.Probability;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Separation.Quality;

/// <summary>Holds the dependence of the channels of a mixture, and of the sources found in it.</summary>
/// <param name="Mixture">
/// The mutual information of the channels in nats, down to 30 dB below their level, and its test against shifts in
/// time.
/// </param>
/// <param name="Sources">The same of the sources.</param>
public sealed record Dependence(IndependenceTest Mixture, IndependenceTest Sources)
{
    private const int Samples = 1000;
    private const int Shifts = 99;
    private const int Seed = 1;
    private const double Level = 0.05;

    // In a pause of one source, what is left of another is all there is, and information does not know how faint it
    // is. Noise of this share of each signal's level, -30 dB, covers what is fainter.
    private const double Noise = 0.0316;

    /// <summary>
    /// Gets the dependence of the sources as a share of that of the channels, each without what signals that have
    /// nothing to do with each other show; from 0 to 1, null where the channels are not dependent.
    /// </summary>
    public double? Share =>
        Mixture.AboveChance > 0.0 ? Math.Min(1.0, Sources.AboveChance / Mixture.AboveChance) : null;

    /// <summary>Gets what it means, in one sentence.</summary>
    public string Meaning
    {
        get
        {
            if (Sources.PValue > Level)
            {
                return "Down to 30 dB below their level, the sources are as independent as signals like them that have "
                    + "nothing to do with each other.";
            }

            string share = Share is null ? string.Empty : string.Create(
                CultureInfo.InvariantCulture, $", by {100.0 * Share:0} % of what the channels do");
            string chance = Math.Ceiling(100.0 * Sources.PValue).ToString(CultureInfo.InvariantCulture);
            return $"The sources still depend on each other{share}: more of one than 30 dB below its level is left in "
                + "another, or they swell and pause together; "
                + $"by chance, {chance} of 100 independent ones show as much.";
        }
    }

    /// <summary>
    /// Estimates both by nearest neighbors, from a thousand samples in short runs spread over the data. The test shifts
    /// the signals in time, since the samples of each depend on each other, near ones and, as loudness swells and
    /// pauses, far ones.
    /// </summary>
    /// <param name="mixture">The mixture.</param>
    /// <param name="unmixing">The unmixing, of two sources or more.</param>
    public static Dependence Of(ISampleSource mixture, Unmixing unmixing)
    {
        ArgumentNullException.ThrowIfNull(mixture);
        ArgumentNullException.ThrowIfNull(unmixing);
        (double[] planar, int count) = EvenSample.Of(mixture, Samples);
        int run = mixture.Length > count ? EvenSample.RunLength : 1;
        Matrix<double> y = Matrix<double>.Build.Dense(count, mixture.Channels, planar);
        Matrix<double> centred = y.MapIndexed((_, channel, value) => value - unmixing.Mean[channel], Zeros.Include);
        return new Dependence(Test(y, run), Test(centred * unmixing.Matrix.Transpose(), run));
    }

    /// <summary>Tests signals, one column each.</summary>
    internal static IndependenceTest Test(Matrix<double> signals, int run)
    {
        var random = new MersenneTwister(Seed, threadSafe: false);
        Matrix<double> noisy = Matrix<double>.Build.DenseOfColumns(signals.EnumerateColumns().Select(signal =>
        {
            double level = Noise * (signal - signal.Average()).L2Norm() / Math.Sqrt(signal.Count);
            return signal + Vector<double>.Build.Dense(signal.Count, _ => level * Normal.Sample(random, 0.0, 1.0));
        }));
        return MutualInformation.TestOverTime(noisy, Shifts, run: run);
    }
}
