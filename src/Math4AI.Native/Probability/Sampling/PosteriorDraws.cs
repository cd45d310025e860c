using System.Globalization;
using Math4AI.Data;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Statistics;

namespace Math4AI.Probability.Sampling;

/// <summary>Represents the draws of several chains from a density.</summary>
public sealed class PosteriorDraws
{
    internal PosteriorDraws(
        IReadOnlyList<string> names, IReadOnlyList<ChainDraws> chains, NutsSampler sampler, SamplingStart? start)
    {
        (Names, Chains, Sampler, Start) = (names, chains, sampler, start);
        Warnings = SamplingWarnings.Of(this);
    }

    /// <summary>Gets the names of the parameters, in order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Gets the chains.</summary>
    public IReadOnlyList<ChainDraws> Chains { get; }

    /// <summary>Gets the settings that the draws were made with.</summary>
    public NutsSampler Sampler { get; }

    /// <summary>Gets the number of draws of each chain.</summary>
    public int Count => Chains[0].Count;

    /// <summary>Gets the number of draws whose trajectory left the dynamics.</summary>
    public int Divergences => Chains.Sum(chain => chain.IsDivergent.Count(each => each));

    /// <summary>Gets the number of gradients that were taken, warm-up and draws.</summary>
    public long Gradients => Chains.Sum(chain => chain.Gradients);

    /// <summary>
    /// Gets what is wrong with the draws, each in a sentence that says what to do; empty if nothing is known to be.
    /// </summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Gets whether R̂ of every parameter is at most 1.01.</summary>
    public bool ChainsAgree => SamplingWarnings.Apart(this).Length == 0;

    internal SamplingStart? Start { get; }

    /// <summary>Gets the draws of a parameter, one array a chain.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="ArgumentException">There is no such parameter.</exception>
    public IReadOnlyList<double[]> this[string name]
    {
        get
        {
            int index = Names.ToList().IndexOf(name);
            return index >= 0
                ? Of(index)
                : throw new ArgumentException(
                    $"There is no parameter '{name}'; there are {string.Join(", ", Names)}.", nameof(name));
        }
    }

    /// <summary>Returns all draws, (chains · draws) × parameters, chain after chain.</summary>
    public Matrix<double> ToMatrix() => Matrix<double>.Build.DenseOfColumns(
        Enumerable.Range(0, Names.Count).Select(j => Of(j).SelectMany(chain => chain)));

    /// <summary>Returns a summary of each parameter.</summary>
    /// <param name="level">The share of the draws that intervals hold, between 0 and 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The level is not between 0 and 1.</exception>
    public IReadOnlyList<ParameterSummary> Summary(double level = 0.9) =>
        [.. Names.Select((name, j) => SummaryOf(name, Of(j), level))];

    /// <summary>
    /// Returns the summary of a quantity of the parameters, such as a prediction or a difference of two of them.
    /// </summary>
    /// <param name="name">What to call it.</param>
    /// <param name="quantity">Computes it from θ.</param>
    /// <param name="level">The share of the draws that intervals hold, between 0 and 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The level is not between 0 and 1.</exception>
    public ParameterSummary Summary(string name, Func<double[], double> quantity, double level = 0.9)
    {
        ArgumentNullException.ThrowIfNull(quantity);
        return SummaryOf(
            name,
            [.. Chains.Select(chain => Enumerable.Range(0, chain.Count)
                .Select(i => quantity([.. chain.Values.Select(values => values[i])])).ToArray())],
            level);
    }

    /// <summary>
    /// Writes the draws as an archive of NumPy's arrays: each parameter, chains × draws, log_density, energy,
    /// acceptance, tree_depth and divergent, and where the chains were left, from which sampling can go on.
    /// </summary>
    /// <param name="path">The file, with the ending <c>.npz</c>; replaced where it exists.</param>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public void Save(string path) => DrawsFile.Write(path, this);

    /// <summary>Reads draws that <see cref="Save"/> has written.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or holds no draws.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static PosteriorDraws Load(string path) => DrawsFile.Read(path);

    /// <summary>Returns the mean and the standard deviation of each parameter.</summary>
    public override string ToString() => $"{Counted.Of(Chains.Count, "chain")} of {Counted.Of(Count, "draw")}"
        + string.Concat(Names.Select((name, j) => Environment.NewLine + MeanOf(name, j)));

    private string MeanOf(string name, int parameter)
    {
        (double mean, double deviation) = Of(parameter).SelectMany(chain => chain).MeanStandardDeviation();
        return string.Create(CultureInfo.InvariantCulture, $"  {name} = {mean:G6} ± {deviation:G2}");
    }

    internal IReadOnlyList<double[]> Of(int parameter) => [.. Chains.Select(chain => chain.Values[parameter])];

    private static ParameterSummary SummaryOf(string name, IReadOnlyList<double[]> chains, double level)
    {
        if (!(level > 0.0 && level < 1.0))
        {
            throw new ArgumentOutOfRangeException(nameof(level), level, "A level lies between 0 and 1.");
        }

        double[] sorted = [.. chains.SelectMany(chain => chain).Order()];
        double deviation = sorted.StandardDeviation();
        double Quantile(double share) => SortedArrayStatistics.QuantileCustom(sorted, share, QuantileDefinition.R7);
        return new ParameterSummary(
            name,
            sorted.Mean(),
            deviation,
            deviation / Math.Sqrt(Convergence.MeanEffectiveSize(chains)),
            Quantile(0.5),
            Quantile(0.5 * (1.0 - level)),
            Quantile(0.5 * (1.0 + level)),
            Shortest(sorted, level),
            Convergence.RHat(chains),
            Convergence.BulkEffectiveSize(chains),
            Convergence.TailEffectiveSize(chains));
    }

    private static (double Lower, double Upper) Shortest(double[] sorted, double level)
    {
        int held = Math.Clamp((int)Math.Ceiling(level * sorted.Length), 1, sorted.Length);
        int first = Enumerable.Range(0, sorted.Length - held + 1).MinBy(i => sorted[i + held - 1] - sorted[i]);
        return (sorted[first], sorted[first + held - 1]);
    }
}
