using Math4AI.Data.Models;
using Math4AI.Probability.Forecasts;
using Math4AI.Training.Tables;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;
using MathNet.Numerics.Random;

namespace Math4AI.Training.Learners.Uncertain;

/// <summary>
/// The distribution of a prediction's error, learned from the errors e of samples that networks have not seen: √v t_ν
/// with log v = γᵀz, where z holds 1, the logarithm of what the networks disagree on, the predicted number and its
/// square, its logarithm where networks learn that, and the inputs where they are few. γ makes the errors most
/// probable, with a penalty λ‖γ‖²: the cost Σ ½ γᵀz
/// + ½ (ν + 1) log(1 + e² exp(−γᵀz)/ν) is convex. Cross-validation chooses λ, and whether errors are normal, ν = ∞, or
/// some of them are far larger than v tells. What is farther away than the samples were counts as their end, so that
/// only the disagreement grows there. Sources: A. Harvey, "Estimating regression models with multiplicative
/// heteroscedasticity", Econometrica 44 (1976); K. Lange, R. Little and J. Taylor, "Robust statistical modeling using
/// the t distribution", J. Am. Stat. Assoc. 84 (1989).
/// </summary>
internal sealed class HeldOutVariance
{
    // Of targets whose variance is 1: below, deviations are nothing.
    private const double Least = 1e-6;
    private const int MaxInputs = 100;
    private const int Parts = 5;
    private const int Rounds = 200;
    private const double Settled = 1e-9;

    // The penalty is chosen with tails that no single error draws it by.
    private const double Usual = 4.0;

    private static readonly double[] Penalties = [0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 1000.0];

    // Below 2 there would be no variance.
    private static readonly double[] Tails = [double.PositiveInfinity, 20.0, 10.0, 6.0, 4.0, 3.0, 2.5];

    private readonly double[] weights;
    private readonly double[] centers;
    private readonly double[] scales;
    private readonly double[] lower;
    private readonly double[] upper;
    private readonly double center;
    private readonly double scale;

    // Whether the logarithm of the prediction is among what log v is learned from.
    private readonly bool isOfLogarithm;

    private HeldOutVariance(
        double[] weights, double degrees, bool isOfLogarithm, (double[] Centers, double[] Scales) units,
        (double[] Lower, double[] Upper) ends, (double Center, double Scale) target)
    {
        (this.weights, Degrees, this.isOfLogarithm) = (weights, degrees, isOfLogarithm);
        (centers, scales) = units;
        (lower, upper) = ends;
        (center, scale) = target;
    }

    /// <summary>Gets ν, ∞ where errors are normal.</summary>
    public double Degrees { get; }

    /// <summary>
    /// Gets −log p of each error by what the others tell: whatever the networks learn, in one unit and up to one
    /// constant for the same observations. Empty for what was read from a folder.
    /// </summary>
    public double[] Losses { get; private init; } = [];

    /// <summary>
    /// Whether these errors are more probable than others of the same samples, by more than a standard error of the
    /// difference: less is chance.
    /// </summary>
    public bool IsSurelyBetterThan(HeldOutVariance other)
    {
        double[] gains = [.. other.Losses.Zip(Losses, (theirs, own) => theirs - own)];
        (double mean, double deviation) = Moments.Of(gains);
        return mean > deviation / Math.Sqrt(gains.Length);
    }

    /// <summary>Learns the distribution.</summary>
    /// <param name="inputs">Samples × inputs.</param>
    /// <param name="means">What networks that have not seen the sample predict.</param>
    /// <param name="own">How far these networks disagree, as a deviation.</param>
    /// <param name="observed">y.</param>
    /// <param name="seed">The seed of the parts of cross-validation.</param>
    /// <param name="isOfLogarithm">Whether the networks learn the logarithm: their means are then above 0.</param>
    public static HeldOutVariance Of(
        Matrix<double> inputs, double[] means, double[] own, Vector<double> observed, int seed,
        bool isOfLogarithm = false)
    {
        (double Center, double Scale) target = Moments.Of(observed.ToArray());
        target.Scale = target.Scale > 0.0 ? target.Scale : 1.0;
        Matrix<double> raw = Raw(inputs, means, own, target, isOfLogarithm);
        (double Center, double Scale)[] units = [.. raw.EnumerateColumns().Select(column => Moments.Of([.. column]))];
        double[] centers = [.. units.Select(unit => unit.Center)];
        double[] scales = [.. units.Select(unit => unit.Scale > 0.0 ? unit.Scale : double.PositiveInfinity)];
        double[] lower = [.. raw.EnumerateColumns().Select(column => column.Minimum())];
        double[] upper = [.. raw.EnumerateColumns().Select(column => column.Maximum())];
        upper[0] = double.MaxValue;
        Matrix<double> z = Standard(raw, centers, scales, lower, upper);
        double[] squares = [.. observed.Select((y, i) => Math.Pow((y - means[i]) / target.Scale, 2.0) + Least)];
        (Vector<double> found, double degrees, double[] losses) = Chosen(z, squares, seed);
        if (found[1] < 0.0)
        {
            // What networks disagree on is known no better.
            z.ClearColumn(1);
            (found, degrees, losses) = Chosen(z, squares, seed);
        }

        return new HeldOutVariance(
            [.. found], degrees, isOfLogarithm, (centers, scales), (lower, upper), target)
        {
            Losses = losses,
        };
    }

    /// <summary>The distribution of each sample's target.</summary>
    /// <param name="inputs">Samples × inputs.</param>
    /// <param name="means">What the networks predict.</param>
    /// <param name="own">How far they disagree, as a deviation.</param>
    public PredictiveDistribution[] Distributions(Matrix<double> inputs, double[] means, double[] own) =>
    [
        .. At(inputs, means, own).Select((square, row) => double.IsInfinity(Degrees)
            ? PredictiveDistribution.OfNormal(means[row], Math.Sqrt(square))
            : PredictiveDistribution.OfStudent(means[row], Math.Sqrt(square), Degrees)),
    ];

    /// <summary>v of each sample's error, in the unit of y: the variance where errors are normal.</summary>
    /// <param name="inputs">Samples × inputs.</param>
    /// <param name="means">What the networks predict.</param>
    /// <param name="own">How far they disagree, as a deviation.</param>
    public double[] At(Matrix<double> inputs, double[] means, double[] own)
    {
        Matrix<double> raw = Raw(inputs, means, own, (center, scale), isOfLogarithm);
        Matrix<double> z = Standard(raw, centers, scales, lower, upper);
        Vector<double> logs = z * Vector<double>.Build.Dense(weights);
        return [.. logs.Select(log => scale * scale * (Math.Exp(log) + Least))];
    }

    /// <summary>Reads it from arrays.</summary>
    /// <exception cref="InvalidDataException">The arrays do not fit.</exception>
    public static HeldOutVariance Read(ModelArrays arrays, bool isOfLogarithm)
    {
        double[] weights = arrays.Vector("variance.weights"), target = arrays.Vector("variance.target", 2);
        double[] Of(string name) => arrays.Vector($"variance.{name}", weights.Length - 1);
        double tail = arrays.Has("variance.tail") ? arrays.Vector("variance.tail", 1)[0] : 0.0;
        if (!(tail is >= 0.0 and < 0.5))
        {
            throw new InvalidDataException($"The errors of the model have 1/{tail} degrees of freedom: it is damaged.");
        }

        return new HeldOutVariance(
            weights, 1.0 / tail, isOfLogarithm, (Of("centers"), Of("scales")), (Of("lower"), Of("upper")),
            (target[0], target[1]));
    }

    public void Write(ModelArrays arrays)
    {
        arrays.Add("variance.weights", weights);
        arrays.Add("variance.centers", centers);
        arrays.Add("variance.scales", scales);
        arrays.Add("variance.lower", lower);
        arrays.Add("variance.upper", upper);
        arrays.Add("variance.target", [center, scale]);
        arrays.Add("variance.tail", [1.0 / Degrees]);
    }

    /// <summary>The numbers that the variance is learned from, without the 1.</summary>
    private static Matrix<double> Raw(
        Matrix<double> inputs, double[] means, double[] own, (double Center, double Scale) target, bool isOfLogarithm)
    {
        double[] at = [.. means.Select(mean => (mean - target.Center) / target.Scale)];
        double[] unknown = [.. own.Select(each => Math.Log(Math.Pow(each / target.Scale, 2.0) + Least))];
        Matrix<double> found =
            Matrix<double>.Build.DenseOfColumns([unknown, at, [.. at.Select(each => each * each)]]);
        if (isOfLogarithm)
        {
            found = found.Append(Matrix<double>.Build.Dense(means.Length, 1, (i, _) => Math.Log(means[i])));
        }

        return inputs.ColumnCount <= MaxInputs ? found.Append(inputs) : found;
    }

    private static Matrix<double> Standard(
        Matrix<double> raw, double[] centers, double[] scales, double[] lower, double[] upper) =>
        Matrix<double>.Build.Dense(raw.RowCount, raw.ColumnCount + 1, (i, j) => j == 0
            ? 1.0
            : (Math.Clamp(raw[i, j - 1], lower[j - 1], upper[j - 1]) - centers[j - 1]) / scales[j - 1]);

    /// <summary>γ and ν by which errors that they have not seen are most probable.</summary>
    private static (Vector<double> Weights, double Degrees, double[] Losses) Chosen(
        Matrix<double> z, double[] squares, int seed)
    {
        int[] order = [.. Enumerable.Range(0, squares.Length)];
        new MersenneTwister(seed, threadSafe: false).Shuffle(order);
        double penalty = Penalties.MinBy(each => HeldOut(z, squares, order, each, Usual).Sum());
        (double[] losses, double degrees) = Tails
            .Select(each => (Losses: HeldOut(z, squares, order, penalty, each), Degrees: each))
            .MinBy(pair => pair.Losses.Sum());
        return (Solve(z, squares, penalty, degrees), degrees, losses);
    }

    /// <summary>−log p of the errors of each part by what the other parts tell, each at its place.</summary>
    private static double[] HeldOut(
        Matrix<double> z, double[] squares, int[] order, double penalty, double degrees)
    {
        double[] losses = new double[squares.Length];
        for (int part = 0; part < Parts; part++)
        {
            int[] seen = [.. order.Where((_, i) => i % Parts != part)];
            int[] held = [.. order.Where((_, i) => i % Parts == part)];
            Vector<double> found = Solve(Rows(z, seen), [.. seen.Select(i => squares[i])], penalty, degrees);
            double[] ofPart = CostsOf(Rows(z, held) * found, [.. held.Select(i => squares[i])], degrees);
            for (int i = 0; i < held.Length; i++)
            {
                losses[held[i]] = ofPart[i];
            }
        }

        return losses;
    }

    private static Matrix<double> Rows(Matrix<double> z, int[] rows) =>
        Matrix<double>.Build.Dense(rows.Length, z.ColumnCount, (i, j) => z[rows[i], j]);

    /// <summary>γ by Fisher's scoring, whose information ½ ν/(ν + 3) ZᵀZ is the same everywhere.</summary>
    private static Vector<double> Solve(Matrix<double> z, double[] squares, double penalty, double degrees)
    {
        Vector<double> found = Vector<double>.Build.Dense(z.ColumnCount);
        found[0] = Math.Log(squares.Average());
        Matrix<double> information = 0.5 / (1.0 + 3.0 / degrees) * z.TransposeThisAndMultiply(z)
            + penalty * Matrix<double>.Build.DenseIdentity(z.ColumnCount);
        information[0, 0] -= penalty;
        Cholesky<double> factor = information.Cholesky();
        double cost = Penalized(found);
        for (int round = 0; round < Rounds; round++)
        {
            Vector<double> logs = z * found;
            Vector<double> slope = 0.5 * z.TransposeThisAndMultiply(Vector<double>.Build.Dense(
                squares.Length, i => 1.0 - Pull(squares[i] * Math.Exp(-logs[i]), degrees)));
            slope += penalty * Without(found);
            Vector<double> step = factor.Solve(slope);
            double share = 1.0, before = cost;
            while (share > Settled && !((cost = Penalized(found - share * step)) < before))
            {
                share *= 0.5;
            }

            if (!(cost < before))
            {
                break;
            }

            found -= share * step;
            if (before - cost < Settled * (1.0 + Math.Abs(cost)))
            {
                break;
            }
        }

        return found;

        double Penalized(Vector<double> at) =>
            CostsOf(z * at, squares, degrees).Sum() + 0.5 * penalty * (Without(at) * Without(at));
    }

    /// <summary>What an error with square q = e²/v draws log v by: q, or (ν + 1) q/(ν + q).</summary>
    private static double Pull(double square, double degrees) => double.IsInfinity(degrees)
        ? square
        : (degrees + 1.0) * square / (degrees + square);

    /// <summary>−log p of errors, up to a constant that is the same for every ν.</summary>
    private static double[] CostsOf(Vector<double> logs, double[] squares, double degrees)
    {
        bool isNormal = double.IsInfinity(degrees);
        double constant = isNormal ? 0.0 : SpecialFunctions.GammaLn(0.5 * degrees)
            - SpecialFunctions.GammaLn(0.5 * (degrees + 1.0)) + 0.5 * Math.Log(0.5 * degrees);
        double[] costs = new double[squares.Length];
        for (int i = 0; i < squares.Length; i++)
        {
            double square = squares[i] * Math.Exp(-logs[i]);
            costs[i] = constant + 0.5 * (logs[i]
                + (isNormal ? square : (degrees + 1.0) * SpecialFunctions.Log1p(square / degrees)));
        }

        return costs;
    }

    /// <summary>γ without the constant, which is not penalized.</summary>
    private static Vector<double> Without(Vector<double> found)
    {
        Vector<double> other = found.Clone();
        other[0] = 0.0;
        return other;
    }
}
