using System.Numerics.Tensors;
using Math4AI.Probability.Neighbors;
using Math4AI.Runtime;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Probability;

/// <summary>Names the two estimators of Kraskov, Stögbauer and Grassberger.</summary>
public enum KsgVariant
{
    /// <summary>One box for all variables.</summary>
    Cubes,

    /// <summary>A box with a side of its own for each variable.</summary>
    Boxes,
}

/// <summary>
/// Holds a mutual information, with the probability of one as large if the variables are independent.
/// </summary>
/// <param name="Value">I, in nats.</param>
/// <param name="PValue">
/// The share of permuted or shifted data sets, in which the variables are independent, whose I is at least as large.
/// </param>
public sealed record IndependenceTest(double Value, double PValue)
{
    /// <summary>
    /// Gets the mean I of shifted data sets, which is what the estimate makes of independent signals whose samples
    /// depend on each other; 0 where none were shifted.
    /// </summary>
    public double Chance { get; init; }

    /// <summary>Gets by how much I is above <see cref="Chance"/>, in nats; 0 where it is below.</summary>
    public double AboveChance => Math.Max(0.0, Value - Chance);

    /// <summary>Gets the number of samples that were compared, without those that are copies of others.</summary>
    public int Samples { get; init; }
}

/// <summary>
/// Estimates the mutual information of variables, I(X₁; …; X_m) = ∫ p log(p / ∏ p_i), in nats; for more than two
/// variables it is also called total correlation.
/// </summary>
public static class MutualInformation
{
    /// <summary>
    /// Computes −½ log det of the correlation matrix, which is exact for Gaussian variables and not a bound for others.
    /// </summary>
    /// <param name="samplesByVariables">One row a sample.</param>
    /// <exception cref="ArgumentException">The covariance is singular, or the samples are not finite.</exception>
    public static Estimate Gaussian(Matrix<double> samplesByVariables)
    {
        // Σ H(x_j) − H(x), sample by sample: each −log density is ½ z² and constants.
        (double[] contributions, double determinant) = Entropy.WhiteSquares(samplesByVariables);
        TensorPrimitives.Negate<double>(contributions, contributions);
        double constant = -0.5 * determinant;
        foreach (Vector<double> column in samplesByVariables.EnumerateColumns())
        {
            (double[] squares, double ofOne) = Entropy.WhiteSquares(column.ToColumnMatrix());
            TensorPrimitives.Add<double>(contributions, squares, contributions);
            constant += 0.5 * ofOne;
        }

        return Estimate.MeanOf(contributions).Plus(constant);
    }

    /// <summary>
    /// Estimates how much a linear map changes the mutual information, I(x₁; …; x_m) − I(y₁; …; y_m) for x = W y, by
    /// spacings: Σ H(x_i) − Σ H(y_i) − log |det W|. The joint entropy, which is hard to estimate, is not needed; where
    /// x are independent, this is −I(y). Source: E. Learned-Miller and J. Fisher, "ICA using spacings estimates of
    /// entropy", JMLR 4 (2003).
    /// </summary>
    /// <param name="samplesByVariables">y, one row a sample.</param>
    /// <param name="map">W, square and invertible; a rotation where y is white.</param>
    /// <exception cref="ArgumentException">
    /// The shapes do not match, W is singular, or the samples are not finite.
    /// </exception>
    public static Estimate Change(Matrix<double> samplesByVariables, Matrix<double> map)
    {
        ArgumentNullException.ThrowIfNull(samplesByVariables);
        ArgumentNullException.ThrowIfNull(map);
        int m = samplesByVariables.ColumnCount;
        if (map.RowCount != m || map.ColumnCount != m)
        {
            throw new ArgumentException(
                $"The map is {map.RowCount} × {map.ColumnCount}, and must be {m} × {m}.", nameof(map));
        }

        double determinant = Math.Abs(map.Determinant());
        if (!(determinant > 0.0))
        {
            throw new ArgumentException("The map is singular: it loses a variable.", nameof(map));
        }

        Matrix<double> mapped = samplesByVariables * map.Transpose();
        double[] contributions = new double[samplesByVariables.RowCount];
        for (int j = 0; j < m; j++)
        {
            Entropy.AddSpacings(mapped.Column(j).ToArray(), null, 1.0, contributions);
            Entropy.AddSpacings(samplesByVariables.Column(j).ToArray(), null, -1.0, contributions);
        }

        return Estimate.MeanOf(contributions).Plus(-Math.Log(determinant));
    }

    /// <summary>
    /// Estimates the mutual information from nearest neighbours: with ε_i the distance to the k-th neighbour in all
    /// variables and n_j the samples nearer than that in variable j, I = ψ(k) + (m − 1) ψ(n) − mean Σ_j ψ(n_j + 1), or
    /// the variant with boxes. Source: A. Kraskov, H. Stögbauer, P. Grassberger, "Estimating mutual information",
    /// Physical Review E 69 (2004). Variables may have ties: rounded, ordinal, classes as numbers, many zeros; samples
    /// among ties count as in W. Gao et al., "Estimating mutual information for discrete-continuous mixtures", NeurIPS
    /// 30 (2017). Of ties the bias is judged too, by permuted variables, of which the truth is 0, and by halves of the
    /// samples: see <see cref="Estimate.Error"/>. No n samples show more than about ψ(n) − ψ(k) for each variable but
    /// one: of much information, or of a function, whose information is infinite, they give a lower bound, which <see
    /// cref="Estimate.IsLowerBound"/> says (S. Gao, G. Ver Steeg, A. Galstyan, "Efficient estimation of mutual
    /// information for strongly dependent variables", AISTATS (2015)). Samples of continuous variables that are
    /// repeated whole are copies, and count once; <see cref="Estimate.Samples"/> is the number without them.
    /// </summary>
    /// <param name="samplesByVariables">One row a sample; two or more variables.</param>
    /// <param name="neighbour">k: more neighbours mean less variance and more bias.</param>
    /// <param name="variant">Which of the two estimators.</param>
    /// <param name="progress">Told what share of the samples is done.</param>
    /// <param name="cancellation">Stops between samples.</param>
    /// <exception cref="ArgumentException">
    /// There are too few samples or variables, or the samples are not finite.
    /// </exception>
    public static Estimate Ksg(
        Matrix<double> samplesByVariables, int neighbour = 4, KsgVariant variant = KsgVariant.Cubes,
        IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        RequireSamples(samplesByVariables);
        samplesByVariables = WithoutCopies(samplesByVariables);
        var estimator = new KsgEstimator(samplesByVariables, neighbour, variant);
        return InformationBias.Judge(
            Estimate.MeanOf(estimator.Contributions(progress, cancellation)), neighbour + 1,
            samplesByVariables.ToColumnArrays(),
            rows => KsgValue(
                Matrix<double>.Build.DenseOfColumns(rows.Select(
                    (of, j) => of.Select(row => samplesByVariables[row, j]))),
                neighbour, variant, cancellation));
    }

    private static void RequireSamples(Matrix<double> samplesByVariables)
    {
        ArgumentNullException.ThrowIfNull(samplesByVariables);
        if (samplesByVariables.ColumnCount < 2)
        {
            throw new ArgumentException("Two or more variables are needed.", nameof(samplesByVariables));
        }

        if (samplesByVariables.RowCount < 2 || !samplesByVariables.ForAll(double.IsFinite))
        {
            throw new ArgumentException("Two or more finite samples are needed.", nameof(samplesByVariables));
        }
    }

    private static Matrix<double> WithoutCopies(Matrix<double> samples) =>
        CopiedRows.Distinct(samples.ToColumnArrays()) is not { } rows ? samples
            : Matrix<double>.Build.Dense(rows.Length, samples.ColumnCount, (i, j) => samples[rows[i], j]);

    /// <summary>The estimate alone.</summary>
    private static double KsgValue(
        Matrix<double> samples, int neighbor, KsgVariant variant, CancellationToken cancellation) =>
        new KsgEstimator(samples, neighbor, variant).Contributions(null, cancellation).Average();

    /// <summary>
    /// Estimates the conditional mutual information I(X; Y | Z), what X says about Y where Z is known, from nearest
    /// neighbors in all three: ψ(k) − mean (ψ(n_xz) + ψ(n_yz) − ψ(n_z)), counted within the distance to the k-th. It is
    /// 0 where X and Y depend on each other through Z alone. Sources: S. Frenzel and B. Pompe, "Partial mutual
    /// information for coupling analysis of multivariate time series", Physical Review Letters 99 (2007); O. Mesner and
    /// C. Shalizi, "Conditional mutual information estimation for mixed, discrete and continuous data", IEEE
    /// Transactions on Information Theory 67 (2021), for ties. Samples of continuous variables that are repeated whole
    /// are copies, and count once: <see cref="Estimate.Samples"/> is the number without them.
    /// </summary>
    /// <param name="first">X, samples × variables.</param>
    /// <param name="second">Y.</param>
    /// <param name="given">Z.</param>
    /// <param name="neighbour">k.</param>
    /// <param name="progress">Told what share of the samples is done.</param>
    /// <param name="cancellation">Stops between samples.</param>
    /// <exception cref="ArgumentException">
    /// The numbers of samples differ, there are too few, or one is not finite.
    /// </exception>
    public static Estimate Conditional(
        Matrix<double> first, Matrix<double> second, Matrix<double> given, int neighbour = 4,
        IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        ArgumentNullException.ThrowIfNull(given);
        if (first.RowCount != second.RowCount || first.RowCount != given.RowCount)
        {
            throw new ArgumentException(
                $"There are {first.RowCount}, {second.RowCount} and {given.RowCount} samples: as many of each are "
                + "needed.");
        }

        return Estimate.MeanOf(new ConditionalEstimator(
            WithoutCopies(first.Append(second).Append(given)), [], first.ColumnCount, second.ColumnCount, neighbour)
            .Contributions(progress, cancellation));
    }

    /// <summary>
    /// Tests independence: all variables but the first are permuted, until ten permutations have as much information as
    /// the samples, or to the last. Samples of continuous variables that are repeated whole are copies, and count once.
    /// Source: J. Besag and P. Clifford, "Sequential Monte Carlo p-values", Biometrika 78 (1991).
    /// </summary>
    /// <param name="samplesByVariables">One row a sample.</param>
    /// <param name="permutations">The most of them; the least p-value is 1/(permutations + 1).</param>
    /// <param name="seed">The same seed gives the same permutations.</param>
    /// <param name="neighbour">k.</param>
    /// <param name="run">
    /// The length of runs of samples that are permuted as a whole: for samples that depend on those before them, over
    /// fewer samples than this. Single samples would be permuted to data that look more independent than any such are.
    /// </param>
    public static IndependenceTest Test(
        Matrix<double> samplesByVariables, int permutations = 99, int seed = 1, int neighbour = 4, int run = 1)
    {
        ArgumentNullException.ThrowIfNull(samplesByVariables);
        ArgumentOutOfRangeException.ThrowIfLessThan(permutations, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(run, 1);
        RequireSamples(samplesByVariables);
        samplesByVariables = WithoutCopies(samplesByVariables);
        int[] all = [.. Enumerable.Range(0, samplesByVariables.RowCount)];
        int[][] runs = [.. all.Chunk(run)];
        var estimator = new KsgEstimator(samplesByVariables, neighbour, KsgVariant.Cubes);
        double value = estimator.Contributions().Average();
        bool IsAsLarge(int permutation)
        {
            var random = new MersenneTwister(unchecked(seed * 1_000_003 + permutation), threadSafe: false);
            int[][] orders = [all, .. Enumerable.Range(1, samplesByVariables.ColumnCount - 1).Select(
                _ => runs.SelectPermutation(random).SelectMany(rows => rows).ToArray())];
            return estimator.Reordered(orders).Contributions().Average() >= value;
        }

        return new IndependenceTest(value, SequentialTest.PValue(permutations, IsAsLarge, Compute.Threads))
        {
            Samples = all.Length,
        };
    }

    /// <summary>
    /// Tests the independence of signals whose samples depend on those before them, however far back: all signals but
    /// the first are shifted in time, round in a circle, so that each stays as it is, with its tones, swells and
    /// pauses, and only what it has to do with the others is lost. It holds for signals whose ways do not change over
    /// time; what begins or pauses together is dependence.
    /// </summary>
    /// <param name="samplesByVariables">One row a sample, in their order.</param>
    /// <param name="shifts">
    /// The most of them; the least p-value is one over their number, or that of the runs, and one.
    /// </param>
    /// <param name="seed">The same seed gives the same shifts.</param>
    /// <param name="neighbour">k.</param>
    /// <param name="run">
    /// The length of runs, of which shifts are multiples: where samples are short runs spread over a long signal.
    /// </param>
    /// <exception cref="ArgumentException">There are fewer than two runs, or the samples are not finite.</exception>
    public static IndependenceTest TestOverTime(
        Matrix<double> samplesByVariables, int shifts = 99, int seed = 1, int neighbour = 4, int run = 1)
    {
        ArgumentNullException.ThrowIfNull(samplesByVariables);
        ArgumentOutOfRangeException.ThrowIfLessThan(shifts, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(run, 1);
        RequireSamples(samplesByVariables);
        int samples = samplesByVariables.RowCount, runs = samples / run;
        if (runs < 2)
        {
            throw new ArgumentException(
                $"{samples} samples are fewer than two runs of {run}, and cannot be shifted.",
                nameof(samplesByVariables));
        }

        // Copies stay: without them, signals that are silent together would be so no more, and shifted ones would.
        var estimator = new KsgEstimator(samplesByVariables, neighbour, KsgVariant.Cubes);
        double value = estimator.Contributions().Average();
        int[] all = [.. Enumerable.Range(0, samples)];
        int[] ofSecond = Combinatorics.GeneratePermutation(runs - 1, new MersenneTwister(seed, threadSafe: false));
        double[] found = new double[Math.Min(shifts, runs - 1)];
        int[] Shifted(int by) => [.. all.Select(row => (row + by * run) % samples)];
        bool IsAsLarge(int draw)
        {
            var random = new MersenneTwister(unchecked(seed * 1_000_003 + draw), threadSafe: false);
            int[][] orders =
            [
                all, Shifted(1 + ofSecond[draw]),
                .. Enumerable.Range(2, samplesByVariables.ColumnCount - 2).Select(_ => Shifted(random.Next(runs))),
            ];
            found[draw] = estimator.Reordered(orders).Contributions().Average();
            return found[draw] >= value;
        }

        return new IndependenceTest(value, SequentialTest.PValue(found.Length, IsAsLarge, Compute.Threads))
        {
            Chance = found.Take(SequentialTest.Enough).Average(),
            Samples = samples,
        };
    }

    /// <summary>
    /// Estimates the mutual information of two discrete variables from the counts of their pairs, H(X) + H(Y) −
    /// H(X, Y), each entropy as <see cref="Entropy.Discrete"/> has it. Where most pairs were seen once, it is far less
    /// biased than the counts themselves, but then what it says rests on the few that were seen twice. The bias is
    /// judged by permuted values and by halves of the samples: see <see cref="Estimate.Error"/>.
    /// </summary>
    /// <param name="first">The values of one.</param>
    /// <param name="second">As many of the other.</param>
    /// <exception cref="ArgumentException">The numbers of values differ, or there is none.</exception>
    public static Estimate Discrete<T1, T2>(IReadOnlyList<T1> first, IReadOnlyList<T2> second)
        where T1 : notnull
        where T2 : notnull
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Count != second.Count || first.Count == 0)
        {
            throw new ArgumentException(
                $"There are {first.Count} values of one variable and {second.Count} of the other.");
        }

        Estimate Of(T1[] ones, T2[] others) => Entropy.OfCodes(
            [(1.0, Entropy.Codes(ones)), (1.0, Entropy.Codes(others)), (-1.0, Entropy.Codes([.. ones.Zip(others)]))]);
        Estimate found = Of([.. first], [.. second]);
        return found with
        {
            Bias = InformationBias.Of(found.Value, first.Count, 2, 2, rows => Of(
                Array.ConvertAll(rows[0], row => first[row]), Array.ConvertAll(rows[1], row => second[row])).Value),
        };
    }

    /// <summary>
    /// Estimates the mutual information of a discrete and a continuous variable from neighbours within each class: I =
    /// ψ(n) + ψ(k) − mean ψ(n_class) − mean ψ(m_i). Source: B. Ross, "Mutual information between discrete and
    /// continuous data sets", PLoS ONE 9 (2014).
    /// </summary>
    /// <param name="classes">The discrete values.</param>
    /// <param name="values">As many continuous ones.</param>
    /// <param name="neighbour">k; smaller in classes that have no more samples.</param>
    /// <exception cref="ArgumentException">The numbers of values differ, or a class has one sample.</exception>
    public static Estimate Mixed<T>(IReadOnlyList<T> classes, IReadOnlyList<double> values, int neighbour = 3)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentNullException.ThrowIfNull(values);
        if (classes.Count != values.Count)
        {
            throw new ArgumentException($"There are {classes.Count} classes and {values.Count} values.");
        }

        double[] sorted = Entropy.Sorted([.. values]);
        var contributions = new List<double>(values.Count);
        foreach (IGrouping<T, double> group in classes.Zip(values).GroupBy(pair => pair.First, pair => pair.Second))
        {
            double[] own = [.. group];
            if (own.Length < 2)
            {
                throw new ArgumentException(
                    $"The class '{group.Key}' has one sample; two or more are needed.", nameof(classes));
            }

            int k = Math.Min(neighbour, own.Length - 1);
            NearestNeighbors near =
                new NeighborSearch(Matrix<double>.Build.Dense(own.Length, 1, own), NeighborNorm.Maximum).Nearest(k);
            for (int i = 0; i < own.Length; i++)
            {
                int within = KsgEstimator.Within(sorted, own[i], near.Distances(i)[^1], isClosed: true);
                contributions.Add(
                    SpecialFunctions.DiGamma(k) - SpecialFunctions.DiGamma(own.Length)
                    - SpecialFunctions.DiGamma(within));
            }
        }

        return Estimate.MeanOf(contributions.ToArray()).Plus(SpecialFunctions.DiGamma(values.Count));
    }
}
