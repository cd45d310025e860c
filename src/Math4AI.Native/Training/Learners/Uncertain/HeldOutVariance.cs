using Math4AI.Data.Models;
using Math4AI.Training.Tables;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;
using MathNet.Numerics.Random;

namespace Math4AI.Training.Learners.Uncertain;

/// <summary>
/// The variance of a prediction's error, learned from the errors e of samples that networks have not seen: log v =
/// γᵀz, where z holds 1, the logarithm of what the networks disagree on, the predicted number and its square, and the
/// inputs where they are few. γ makes the errors most probable as N(0, v), with a penalty λ‖γ‖² that is chosen by
/// cross-validation: the cost Σ ½ (γᵀz + e² exp(−γᵀz)) is convex. What is farther away than the samples were counts as
/// their end, so that only the disagreement grows there. Source: A. Harvey, "Estimating regression models with
/// multiplicative heteroscedasticity", Econometrica 44 (1976).
/// </summary>
internal sealed class HeldOutVariance
{
    // Of targets whose variance is 1: below, deviations are nothing.
    private const double Least = 1e-6;
    private const int MaxInputs = 100;
    private const int Parts = 5;
    private const int Rounds = 200;
    private const double Settled = 1e-9;

    private static readonly double[] Penalties = [0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 1000.0];

    private readonly double[] weights;
    private readonly double[] centers;
    private readonly double[] scales;
    private readonly double[] lower;
    private readonly double[] upper;
    private readonly double center;
    private readonly double scale;

    private HeldOutVariance(
        double[] weights, (double[] Centers, double[] Scales) units, (double[] Lower, double[] Upper) ends,
        (double Center, double Scale) target)
    {
        this.weights = weights;
        (centers, scales) = units;
        (lower, upper) = ends;
        (center, scale) = target;
    }

    /// <summary>Learns the variance.</summary>
    /// <param name="inputs">Samples × inputs.</param>
    /// <param name="means">What networks that have not seen the sample predict.</param>
    /// <param name="own">How far these networks disagree, as a deviation.</param>
    /// <param name="observed">y.</param>
    /// <param name="seed">The seed of the parts of cross-validation.</param>
    public static HeldOutVariance Of(
        Matrix<double> inputs, double[] means, double[] own, Vector<double> observed, int seed)
    {
        (double Center, double Scale) target = Moments.Of(observed.ToArray());
        target.Scale = target.Scale > 0.0 ? target.Scale : 1.0;
        Matrix<double> raw = Raw(inputs, means, own, target);
        (double Center, double Scale)[] units = [.. raw.EnumerateColumns().Select(column => Moments.Of([.. column]))];
        double[] centers = [.. units.Select(unit => unit.Center)];
        double[] scales = [.. units.Select(unit => unit.Scale > 0.0 ? unit.Scale : double.PositiveInfinity)];
        double[] lower = [.. raw.EnumerateColumns().Select(column => column.Minimum())];
        double[] upper = [.. raw.EnumerateColumns().Select(column => column.Maximum())];
        upper[0] = double.MaxValue;
        Matrix<double> z = Standard(raw, centers, scales, lower, upper);
        double[] squares = [.. observed.Select((y, i) => Math.Pow((y - means[i]) / target.Scale, 2.0) + Least)];
        Vector<double> found = Solve(z, squares, Penalty(z, squares, seed));
        if (found[1] < 0.0)
        {
            // What networks disagree on is known no better.
            z.ClearColumn(1);
            found = Solve(z, squares, Penalty(z, squares, seed));
        }

        return new HeldOutVariance([.. found], (centers, scales), (lower, upper), target);
    }

    /// <summary>The variance of each sample's error, in the unit of y.</summary>
    /// <param name="inputs">Samples × inputs.</param>
    /// <param name="means">What the networks predict.</param>
    /// <param name="own">How far they disagree, as a deviation.</param>
    public double[] At(Matrix<double> inputs, double[] means, double[] own)
    {
        Matrix<double> z = Standard(Raw(inputs, means, own, (center, scale)), centers, scales, lower, upper);
        Vector<double> logs = z * Vector<double>.Build.Dense(weights);
        return [.. logs.Select(log => scale * scale * (Math.Exp(log) + Least))];
    }

    /// <summary>Reads it from arrays.</summary>
    /// <exception cref="InvalidDataException">The arrays do not fit.</exception>
    public static HeldOutVariance Read(ModelArrays arrays)
    {
        double[] weights = arrays.Vector("variance.weights"), target = arrays.Vector("variance.target", 2);
        double[] Of(string name) => arrays.Vector($"variance.{name}", weights.Length - 1);
        return new HeldOutVariance(
            weights, (Of("centers"), Of("scales")), (Of("lower"), Of("upper")), (target[0], target[1]));
    }

    public void Write(ModelArrays arrays)
    {
        arrays.Add("variance.weights", weights);
        arrays.Add("variance.centers", centers);
        arrays.Add("variance.scales", scales);
        arrays.Add("variance.lower", lower);
        arrays.Add("variance.upper", upper);
        arrays.Add("variance.target", [center, scale]);
    }

    /// <summary>The numbers that the variance is learned from, without the 1.</summary>
    private static Matrix<double> Raw(
        Matrix<double> inputs, double[] means, double[] own, (double Center, double Scale) target)
    {
        double[] at = [.. means.Select(mean => (mean - target.Center) / target.Scale)];
        double[] unknown = [.. own.Select(each => Math.Log(Math.Pow(each / target.Scale, 2.0) + Least))];
        Matrix<double> found =
            Matrix<double>.Build.DenseOfColumns([unknown, at, [.. at.Select(each => each * each)]]);
        return inputs.ColumnCount <= MaxInputs ? found.Append(inputs) : found;
    }

    private static Matrix<double> Standard(
        Matrix<double> raw, double[] centers, double[] scales, double[] lower, double[] upper) =>
        Matrix<double>.Build.Dense(raw.RowCount, raw.ColumnCount + 1, (i, j) => j == 0
            ? 1.0
            : (Math.Clamp(raw[i, j - 1], lower[j - 1], upper[j - 1]) - centers[j - 1]) / scales[j - 1]);

    /// <summary>The penalty for which samples that γ has not seen are most probable.</summary>
    private static double Penalty(Matrix<double> z, double[] squares, int seed)
    {
        int[] order = [.. Enumerable.Range(0, squares.Length)];
        new MersenneTwister(seed, threadSafe: false).Shuffle(order);
        return Penalties.MinBy(penalty => Enumerable.Range(0, Parts).Sum(part =>
        {
            int[] seen = [.. order.Where((_, i) => i % Parts != part)];
            int[] held = [.. order.Where((_, i) => i % Parts == part)];
            Vector<double> found = Solve(Rows(z, seen), [.. seen.Select(i => squares[i])], penalty);
            return CostOf(Rows(z, held) * found, [.. held.Select(i => squares[i])]);
        }));
    }

    private static Matrix<double> Rows(Matrix<double> z, int[] rows) =>
        Matrix<double>.Build.Dense(rows.Length, z.ColumnCount, (i, j) => z[rows[i], j]);

    /// <summary>γ by Fisher's scoring, whose information ½ ZᵀZ is the same everywhere.</summary>
    private static Vector<double> Solve(Matrix<double> z, double[] squares, double penalty)
    {
        Vector<double> found = Vector<double>.Build.Dense(z.ColumnCount);
        found[0] = Math.Log(squares.Average());
        Matrix<double> information = 0.5 * z.TransposeThisAndMultiply(z)
            + penalty * Matrix<double>.Build.DenseIdentity(z.ColumnCount);
        information[0, 0] -= penalty;
        Cholesky<double> factor = information.Cholesky();
        double cost = Penalized(found);
        for (int round = 0; round < Rounds; round++)
        {
            Vector<double> logs = z * found;
            Vector<double> slope = 0.5 * z.TransposeThisAndMultiply(Vector<double>.Build.Dense(
                squares.Length, i => 1.0 - squares[i] * Math.Exp(-logs[i])));
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

        double Penalized(Vector<double> at) => CostOf(z * at, squares) + 0.5 * penalty * (Without(at) * Without(at));
    }

    /// <summary>−log p of errors, up to a constant.</summary>
    private static double CostOf(Vector<double> logs, double[] squares)
    {
        double sum = 0.0;
        for (int i = 0; i < squares.Length; i++)
        {
            sum += 0.5 * (logs[i] + squares[i] * Math.Exp(-logs[i]));
        }

        return sum;
    }

    /// <summary>γ without the constant, which is not penalized.</summary>
    private static Vector<double> Without(Vector<double> found)
    {
        Vector<double> other = found.Clone();
        other[0] = 0.0;
        return other;
    }
}
