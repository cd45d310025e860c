using Math4AI.Probability;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Separation.Information;

/// <summary>
/// Minimizes the mutual information of a few thousand samples: a search over all directions finds the best ones of each
/// pair of signals, and sweeps over the pairs, as in Jacobi's method, repeat it until none gains. The minimum is global
/// for two signals.
/// </summary>
internal static class PairwiseMinimum
{
    /// <summary>Among more signals than these, only pairs that show a dependence are searched.</summary>
    public const int FewSignals = 8;

    private const int MaxSweeps = 12;
    private const double MinGain = 0.2;
    private const double MinTurn = 0.01;
    private const double Single = 2.0;
    private const double MostlySingle = 0.7;
    private const double MaxErrors = 0.05;
    private const double Deviations = 3.0;
    private const double MinPower = 1e-6;

    /// <summary>Finds W, sources × signals, such that W y has the least mutual information.</summary>
    /// <param name="signals">Signals, one array each; nearly white.</param>
    /// <param name="isStart">
    /// Whether another method continues from W with all samples, to which outliers can then be left.
    /// </param>
    /// <param name="objective">Told of the gain of every sweep, in nats.</param>
    /// <param name="cancellation">Stops between pairs.</param>
    public static Matrix<double> Solve(
        double[][] signals, bool isStart, Action<double> objective, CancellationToken cancellation)
    {
        bool[] keep = ScatterWeights.Keep(signals);
        int dropped = keep.Count(each => !each);
        double[][] kept = Select(signals, keep);
        if (dropped == 0 || IsFlat(kept))
        {
            return SolveKept(Select(signals, [.. keep.Select(_ => true)]), objective, cancellation);
        }

        Matrix<double> found = SolveKept(kept, objective, cancellation);
        if (dropped > MaxErrors * keep.Length)
        {
            // The outliers may be sources that are silent most of the time, and not errors. Then directions found with
            // all samples are not contradicted by the others; directions found from errors are.
            Matrix<double> ofAll = SolveKept(Select(signals, [.. keep.Select(_ => true)]), objective, cancellation);
            if (!IsMoreDependent(kept, ofAll, found))
            {
                return ofAll;
            }
        }

        if (isStart)
        {
            return found;
        }

        bool[] readmitted = Readmit(found, signals, keep);
        return readmitted.Count(each => each) - (keep.Length - dropped) >= MostlySingle * dropped
            ? SolveKept(Select(signals, readmitted), objective, cancellation)
            : found;
    }

    /// <summary>
    /// Keeps the samples too that are far out because of one source alone: they belong to that source, and are no
    /// errors.
    /// </summary>
    private static bool[] Readmit(Matrix<double> unmixing, double[][] signals, bool[] keep)
    {
        double[][] sources = Unmix(unmixing, signals);
        double[] spreads = [.. sources.Select(source => Math.Max(Spread(source), MinPower))];
        return [.. keep.Select((isKept, t) => isKept
            || sources.Select((source, i) => Math.Abs(source[t]) / spreads[i]).OrderDescending()
                .ElementAt(1) < Single)];
    }

    private static Matrix<double> SolveKept(
        double[][] signals, Action<double> objective, CancellationToken cancellation)
    {
        int count = signals.Length;
        double[][] y = [.. signals.Select(signal => (double[])signal.Clone())];
        Matrix<double> unmixing = Matrix<double>.Build.DenseIdentity(count);
        var curve = new EntropyCurve(processes: count == 2 ? 2 : 1, hasSymmetric: true);
        if (count == 2)
        {
            // The second time the directions stand on the grid that is searched, wherever they began.
            objective(TurnPair(curve, y, unmixing, 0, 1));
            objective(TurnPair(curve, y, unmixing, 0, 1));
            return unmixing;
        }

        var seen = new Dictionary<(int, int), (int, int)>();
        int[] versions = new int[count];
        for (int sweep = 0; sweep < MaxSweeps; sweep++)
        {
            double gained = Sweep(curve, y, unmixing, seen, versions, cancellation);
            objective(gained);
            if (gained == 0.0)
            {
                break;
            }
        }

        return unmixing;
    }

    /// <summary>Finds the 2 × 2 matrix to the best directions of a pair, and the gain in nats.</summary>
    private static (Matrix<double> Turn, double Gain) Turn(
        EntropyCurve curve, double[] first, double[] second, bool isOnlyPair)
    {
        double n = first.Length, aa = 0.0, ab = 0.0, bb = 0.0;
        for (int t = 0; t < first.Length; t++)
        {
            aa += first[t] * first[t];
            ab += first[t] * second[t];
            bb += second[t] * second[t];
        }

        if (!(aa * bb - ab * ab > 1e-12 * aa * bb))
        {
            // One of the two is silent here, or they are proportional, so no turn is defined.
            return (Matrix<double>.Build.DenseIdentity(2), 0.0);
        }

        Matrix<double> whitening = InverseRoot(aa / n, ab / n, bb / n);
        double[][] white = Unmix(whitening, [first, second]);
        curve.Scan(white[0], white[1]);
        (double thetaOne, double thetaTwo, double gain) = PairSearch.Minimum(curve, first.Length);
        if (isOnlyPair)
        {
            (thetaOne, thetaTwo) = PairSearch.MinExpectedError(curve, first.Length);
        }

        Matrix<double> turn = Matrix<double>.Build.DenseOfRowArrays(
            [Math.Cos(thetaOne), Math.Sin(thetaOne)], [Math.Cos(thetaTwo), Math.Sin(thetaTwo)]) * whitening;
        if (Math.Abs(turn[0, 0] * turn[1, 1]) < Math.Abs(turn[0, 1] * turn[1, 0]))
        {
            turn = Matrix<double>.Build.DenseOfRowVectors(turn.Row(1), turn.Row(0));
        }

        return (turn, gain);
    }

    /// <summary>Computes C^(−½) of a symmetric 2 × 2 matrix in closed form.</summary>
    private static Matrix<double> InverseRoot(double a, double b, double d)
    {
        double root = Math.Sqrt(a * d - b * b), scale = 1.0 / (root * Math.Sqrt(a + d + 2.0 * root));
        return Matrix<double>.Build.DenseOfRowArrays(
            [(d + root) * scale, -b * scale], [-b * scale, (a + root) * scale]);
    }

    /// <summary>
    /// Turns every pair that may depend, and that has changed since it was last turned; returns the gain in nats.
    /// </summary>
    private static double Sweep(
        EntropyCurve curve, double[][] y, Matrix<double> unmixing, Dictionary<(int, int), (int, int)> seen,
        int[] versions, CancellationToken cancellation)
    {
        double gained = 0.0;
        bool[,]? depends = y.Length > FewSignals ? PairDependence.Of(y) : null;
        for (int i = 0; i < y.Length; i++)
        {
            for (int j = i + 1; j < y.Length; j++)
            {
                cancellation.ThrowIfCancellationRequested();
                if ((seen.TryGetValue((i, j), out (int, int) before) && before == (versions[i], versions[j]))
                    || depends is { } test && !test[i, j])
                {
                    continue;
                }

                double gain = TurnPair(curve, y, unmixing, i, j);
                if (gain > 0.0)
                {
                    versions[i]++;
                    versions[j]++;
                }

                gained += gain;
                seen[(i, j)] = (versions[i], versions[j]);
            }
        }

        return gained;
    }

    /// <summary>Turns a pair to its best directions if that is worth it; returns the gain in nats, or 0.</summary>
    private static double TurnPair(EntropyCurve curve, double[][] y, Matrix<double> unmixing, int i, int j)
    {
        (Matrix<double> turn, double gain) = Turn(curve, y[i], y[j], isOnlyPair: y.Length == 2);
        if (y.Length > 2 && !(gain > MinGain / y[i].Length && IsTurn(turn)))
        {
            return 0.0;
        }

        Apply(turn, y, unmixing, i, j);
        return gain;
    }

    private static bool IsTurn(Matrix<double> turn) =>
        Math.Abs(turn[0, 1] / turn[0, 0]) > MinTurn || Math.Abs(turn[1, 0] / turn[1, 1]) > MinTurn;

    /// <summary>Turns signals i and j, and the rows of W with them, and scales them to unit power.</summary>
    private static void Apply(Matrix<double> turn, double[][] signals, Matrix<double> unmixing, int i, int j)
    {
        (double a, double b, double c, double d) = (turn[0, 0], turn[0, 1], turn[1, 0], turn[1, 1]);
        double[] first = signals[i], second = signals[j];
        for (int t = 0; t < first.Length; t++)
        {
            (first[t], second[t]) = (a * first[t] + b * second[t], c * first[t] + d * second[t]);
        }

        Vector<double> rowI = a * unmixing.Row(i) + b * unmixing.Row(j);
        Vector<double> rowJ = c * unmixing.Row(i) + d * unmixing.Row(j);
        unmixing.SetRow(i, rowI / Normalize(first));
        unmixing.SetRow(j, rowJ / Normalize(second));
    }

    /// <summary>Scales a signal to unit power; returns the divisor.</summary>
    private static double Normalize(double[] signal)
    {
        double power = 0.0;
        foreach (double value in signal)
        {
            power += value * value;
        }

        double size = Math.Sqrt(power / signal.Length);
        for (int t = 0; t < signal.Length; t++)
        {
            signal[t] /= size;
        }

        return size;
    }

    private static double[][] Unmix(Matrix<double> unmixing, double[][] signals) =>
    [
        .. Enumerable.Range(0, unmixing.RowCount).Select(row =>
        {
            double[] source = new double[signals[0].Length];
            for (int channel = 0; channel < signals.Length; channel++)
            {
                double weight = unmixing[row, channel];
                for (int t = 0; t < source.Length; t++)
                {
                    source[t] += weight * signals[channel][t];
                }
            }

            return source;
        }),
    ];

    private static double[][] Select(double[][] signals, bool[] keep)
    {
        double[][] kept = [.. signals.Select(signal => signal.Where((_, t) => keep[t]).ToArray())];
        foreach (double[] signal in kept)
        {
            double mean = signal.Average();
            for (int t = 0; t < signal.Length; t++)
            {
                signal[t] -= mean;
            }
        }

        return kept;
    }

    /// <summary>
    /// Returns whether signals, which were white before some samples were left out, have almost no power in a
    /// direction.
    /// </summary>
    private static bool IsFlat(double[][] signals)
    {
        Matrix<double> power = Matrix<double>.Build.Dense(signals.Length, signals.Length, (i, j) =>
            System.Numerics.Tensors.TensorPrimitives.Dot<double>(signals[i], signals[j]) / signals[i].Length);
        Vector<double> values = power.Evd(Symmetricity.Symmetric).EigenValues.Real();
        return !(values.Minimum() > MinPower * values.Maximum());
    }

    /// <summary>
    /// Returns whether the sources of one unmixing are more dependent than those of another, by more than chance
    /// explains in so few samples.
    /// </summary>
    private static bool IsMoreDependent(double[][] signals, Matrix<double> unmixing, Matrix<double> than)
    {
        Estimate change = MutualInformation.Change(
            Matrix<double>.Build.DenseOfColumnArrays(Unmix(than, signals)), unmixing * than.Inverse());
        return change.Value > Deviations * change.StandardError;
    }

    private static double Spread(double[] source) =>
        1.4826 * MathNet.Numerics.Statistics.Statistics.Median(source.Select(Math.Abs));
}
