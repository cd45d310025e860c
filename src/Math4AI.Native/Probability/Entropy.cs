using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Probability.Neighbors;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Probability;

/// <summary>Estimates the differential entropy H = −∫ p log p of continuous samples, in nats.</summary>
public static class Entropy
{
    /// <summary>Estimates the entropy of a Gaussian with the covariance of the data, ½ log det(2πe C).</summary>
    /// <param name="samplesByVariables">One row a sample.</param>
    /// <exception cref="ArgumentException">
    /// There are no more samples than variables, or the covariance is singular.
    /// </exception>
    public static Estimate Gaussian(Matrix<double> samplesByVariables)
    {
        (double[] squares, double determinant) = WhiteSquares(samplesByVariables);
        return Estimate.MeanOf(squares).Plus(
            0.5 * samplesByVariables.ColumnCount * Math.Log(2.0 * Math.PI) + 0.5 * determinant);
    }

    /// <summary>
    /// Estimates the entropy from the spacings of ordered samples, minus the bias for a uniform density: mean log(x₍b₎
    /// − x₍a₎) − ψ(b − a) + ψ(n + 1), where a … b are the m + 1 ranks about each sample's own, fewer at the ends.
    /// Sources: O. Vasicek, JRSS B 38 (1976); N. Ebrahimi, K. Pflughoeft, E. Soofi, "Two measures of sample entropy",
    /// Statistics and Probability Letters 20 (1994), for the ends.
    /// </summary>
    /// <param name="samples">Two or more.</param>
    /// <param name="spacing">m; null for √n.</param>
    /// <exception cref="ArgumentException">There are too few samples, or some are not finite.</exception>
    public static Estimate Spacings(IReadOnlyCollection<double> samples, int? spacing = null)
    {
        ArgumentNullException.ThrowIfNull(samples);
        double[] shares = new double[samples.Count];
        AddSpacings([.. samples], spacing, 1.0, shares);
        return Estimate.MeanOf(shares);
    }

    /// <summary>
    /// Adds to each sample a factor times its contribution to the entropy by spacings, whose mean is the estimate.
    /// </summary>
    internal static void AddSpacings(double[] samples, int? spacing, double factor, double[] shares)
    {
        double[] sorted = Sorted(samples);
        int n = sorted.Length, m = spacing ?? (int)Math.Round(Math.Sqrt(n));
        if (m < 1 || m >= n)
        {
            throw new ArgumentOutOfRangeException(nameof(spacing), m, $"A spacing of 1 to {n - 1} is needed.");
        }

        int[] order = [.. Enumerable.Range(0, n)];
        Array.Sort((double[])samples.Clone(), order);
        double[] correction = [.. Enumerable.Range(0, m + 1).Select(
            k => SpecialFunctions.DiGamma(n + 1.0) - SpecialFunctions.DiGamma(Math.Max(1, k)))];

        if (sorted[^1] == sorted[0])
        {
            throw new ArgumentException("All samples are equal: such a variable has no density.", nameof(samples));
        }

        // Equal samples count as 10⁻¹² of the range apart, so that their logarithm is finite.
        double least = 1e-12 * (sorted[^1] - sorted[0]);
        for (int rank = 0; rank < n; rank++)
        {
            int first = Math.Clamp(rank - m / 2, 0, n - 2), last = Math.Min(n - 1, rank - m / 2 + m);
            shares[order[rank]] += factor
                * (Math.Log(Math.Max(least, sorted[last] - sorted[first])) + correction[last - first]);
        }
    }

    /// <summary>Estimates the entropy by a Gaussian kernel density, from counts in bins, in O(n).</summary>
    /// <param name="samples">Two or more.</param>
    /// <exception cref="ArgumentException">
    /// There are too few samples, some are not finite, or all are equal.
    /// </exception>
    public static Estimate Kernel(IReadOnlyCollection<double> samples)
    {
        (KernelDensity density, _, double deviation, _, _) = StandardisedDensity(samples);
        return new Estimate(density.Entropy + Math.Log(deviation), density.EntropyDeviation / Math.Sqrt(samples.Count));
    }

    /// <summary>
    /// Estimates the density of the standardised samples; returns their mean, deviation and range with it.
    /// </summary>
    internal static (KernelDensity Density, double Mean, double Deviation, double Least,
        double Most) StandardisedDensity(
        IReadOnlyCollection<double> samples)
    {
        double[] sorted = Sorted(samples);
        double mean = sorted.Average();
        double deviation = Math.Sqrt(sorted.Sum(x => (x - mean) * (x - mean)) / sorted.Length);
        if (sorted[^1] == sorted[0] || deviation == 0.0)
        {
            throw new ArgumentException("All samples are equal: such a variable has no density.", nameof(samples));
        }

        double reach = Math.Max(sorted[^1] - mean, mean - sorted[0]) / deviation;
        (double origin, double width, int bins) = KernelDensity.Grid(sorted.Length, reach);
        double[] counts = new double[bins];
        var histogram = new LinearHistogram(origin, width, bins);
        histogram.Add([.. sorted.Select(x => (x - mean) / deviation)]);
        histogram.MoveTo(counts);
        return (KernelDensity.Of(counts, origin, width), mean, deviation, sorted[0], sorted[^1]);
    }

    /// <summary>
    /// Estimates the entropy from the distances to the k-th neighbour, H = ψ(n) − ψ(k) + d · mean log 2ε_i in the
    /// maximum norm. Source: L. Kozachenko and N. Leonenko, Problems of Information Transmission 23 (1987), in the form
    /// of A. Kraskov et al. (2004).
    /// </summary>
    /// <param name="samplesByVariables">One row a sample; no two equal.</param>
    /// <param name="neighbour">k.</param>
    /// <exception cref="ArgumentException">There are k or fewer samples, or equal ones.</exception>
    public static Estimate NearestNeighbour(Matrix<double> samplesByVariables, int neighbour = 4)
    {
        ArgumentNullException.ThrowIfNull(samplesByVariables);
        NearestNeighbors near = new NeighborSearch(samplesByVariables, NeighborNorm.Maximum).Nearest(neighbour);
        int n = samplesByVariables.RowCount;
        double[] logs = new double[n];
        for (int i = 0; i < n; i++)
        {
            double distance = near.Distances(i)[^1];
            logs[i] = distance > 0.0
                ? samplesByVariables.ColumnCount * Math.Log(2.0 * distance)
                : throw new ArgumentException(
                    $"Sample {i + 1} has {neighbour} equal ones: the variable is not continuous.");
        }

        return Estimate.MeanOf(logs).Plus(SpecialFunctions.DiGamma(n) - SpecialFunctions.DiGamma(neighbour));
    }

    /// <summary>
    /// Estimates the entropy of a discrete variable, −Σ p log p, from how often each value was seen, and adds what
    /// those that were not seen have, judged from those that were seen once and twice. The error is the jackknife's,
    /// too large rather than too small. Source: A. Chao, Y. T. Wang and L. Jost, "Entropy and the species accumulation
    /// curve", Methods in Ecology and Evolution 4 (2013).
    /// </summary>
    /// <param name="values">One a sample.</param>
    /// <exception cref="ArgumentException">There is no value.</exception>
    public static Estimate Discrete<T>(IReadOnlyList<T> values)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(values);
        return values.Count > 0
            ? OfCodes([(1.0, Codes(values))])
            : throw new ArgumentException("One value or more is needed.", nameof(values));
    }

    /// <summary>The number of each value, by first occurrence.</summary>
    internal static int[] Codes<T>(IReadOnlyList<T> values)
        where T : notnull
    {
        var known = new Dictionary<T, int>();
        int[] codes = new int[values.Count];
        for (int i = 0; i < codes.Length; i++)
        {
            if (!known.TryGetValue(values[i], out codes[i]))
            {
                codes[i] = known.Count;
                known.Add(values[i], codes[i]);
            }
        }

        return codes;
    }

    /// <summary>
    /// A sum of entropies of discrete variables of the same samples, each with a factor, and its error by leaving out
    /// each sample in turn.
    /// </summary>
    internal static Estimate OfCodes(IReadOnlyList<(double Factor, int[] Codes)> variables)
    {
        int n = variables[0].Codes.Length;
        double value = 0.0;
        double[] without = new double[n];
        foreach ((double factor, int[] codes) in variables)
        {
            int[] counts = new int[codes.Max() + 1];
            foreach (int code in codes)
            {
                counts[code]++;
            }

            var entropy = new CountedEntropy(counts);
            value += factor * entropy.Value;
            for (int i = 0; i < n; i++)
            {
                without[i] += factor * entropy.Without(counts[codes[i]]);
            }
        }

        double mean = without.Average();
        return new Estimate(value, n > 1
            ? Math.Sqrt((n - 1.0) / n * without.Sum(each => (each - mean) * (each - mean)))
            : double.PositiveInfinity);
    }

    /// <summary>
    /// Returns ½ ‖z‖² of each sample, where z is white, and log det C: −log of the Gaussian density but for a constant.
    /// </summary>
    internal static (double[] Squares, double LogDeterminant) WhiteSquares(Matrix<double> samplesByVariables)
    {
        ArgumentNullException.ThrowIfNull(samplesByVariables);
        Covariance covariance = Covariance.Of(new MatrixSampleSource(samplesByVariables));
        var factors = covariance.Matrix.Cholesky();
        Matrix<double> centred = samplesByVariables.MapIndexed((_, j, x) => x - covariance.Mean[j], Zeros.Include);
        Matrix<double> solved = factors.Solve(centred.Transpose());
        double[] squares = new double[samplesByVariables.RowCount];
        for (int i = 0; i < squares.Length; i++)
        {
            squares[i] = 0.5 * solved.Column(i).DotProduct(centred.Row(i));
        }

        return (squares, factors.DeterminantLn);
    }

    internal static double[] Sorted(IReadOnlyCollection<double> samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        if (samples.Count < 2 || samples.Any(x => !double.IsFinite(x)))
        {
            throw new ArgumentException("Two or more finite samples are needed.", nameof(samples));
        }

        double[] sorted = [.. samples];
        Array.Sort(sorted);
        return sorted;
    }
}
