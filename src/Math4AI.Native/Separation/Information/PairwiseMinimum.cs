using Math4AI.Probability;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Separation.Information;

/// <summary>
/// The least mutual information of a few thousand samples: the best directions of each pair of signals by a search over
/// all of them, pair after pair, until none gains. Global for two signals; for more, Jacobi's way round a global
/// search.
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
    /// Whether another method goes on from W with all samples: then what lies far out can be left to it.
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
            // Perhaps not errors, but sources that are silent most of the time, of which what lies far out is all there
            // is. Then the rest has nothing to say against directions found with all samples; against those of errors
            // it has.
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

        // What lies far out because of one source alone belongs to that source, and is not an error.
        double[][] sources = Unmix(found, signals);
        double[] spreads = [.. sources.Select(source => Math.Max(Spread(source), MinPower))];
        int single = 0;
        bool[] readmitted = (bool[])keep.Clone();
        for (int t = 0; t < keep.Length; t++)
        {
            if (!keep[t] && sources.Select((source, i) => Math.Abs(source[t]) / spreads[i]).OrderDescending().Skip(1)
                .First() < Single)
            {
                readmitted[t] = true;
                single++;
            }
        }

        return single >= MostlySingle * dropped
            ? SolveKept(Select(signals, readmitted), objective, cancellation)
            : found;
    }

    private static Matrix<double> SolveKept(
        double[][] signals, Action<double> objective, CancellationToken cancellation)
    {
        int count = signals.Length, samples = signals[0].Length;
        double[][] y = [.. signals.Select(signal => (double[])signal.Clone())];
        Matrix<double> unmixing = Matrix<double>.Build.DenseIdentity(count);
        var curve = new EntropyCurve(processes: count == 2 ? 2 : 1, hasSymmetric: true);
        var seen = new Dictionary<(int, int), (int, int)>();
        int[] versions = new int[count];
        for (int sweep = 0; sweep < MaxSweeps; sweep++)
        {
            double gained = 0.0;
            bool[,]? depends = count > FewSignals ? PairDependence.Of(y) : null;
            for (int i = 0; i < count; i++)
            {
                for (int j = i + 1; j < count; j++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    if ((seen.TryGetValue((i, j), out (int, int) before) && before == (versions[i], versions[j]))
                        || depends is { } test && !test[i, j])
                    {
                        continue;
                    }

                    (Matrix<double> turn, double gain) = Turn(curve, y[i], y[j], isOnlyPair: count == 2);
                    bool isTurn = count == 2 || (gain > MinGain / samples
                        && (Math.Abs(turn[0, 1] / turn[0, 0]) > MinTurn
                            || Math.Abs(turn[1, 0] / turn[1, 1]) > MinTurn));
                    if (isTurn)
                    {
                        Apply(turn, y[i], y[j]);
                        Vector<double> first = turn[0, 0] * unmixing.Row(i) + turn[0, 1] * unmixing.Row(j);
                        Vector<double> second = turn[1, 0] * unmixing.Row(i) + turn[1, 1] * unmixing.Row(j);
                        unmixing.SetRow(i, first / Normalize(y[i]));
                        unmixing.SetRow(j, second / Normalize(y[j]));
                        versions[i]++;
                        versions[j]++;
                        gained += gain;
                    }

                    seen[(i, j)] = (versions[i], versions[j]);
                }
            }

            objective(gained);
            if (gained == 0.0 || count == 2)
            {
                break;
            }
        }

        return unmixing;
    }

    /// <summary>The 2 × 2 matrix to the best directions of a pair, after whitening it; and the gain in nats.</summary>
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
            // One of the two is silent here, or both are the same: there is nothing to turn.
            return (Matrix<double>.Build.DenseIdentity(2), 0.0);
        }

        Matrix<double> whitening = InverseRoot(aa / n, ab / n, bb / n);
        double[] one = new double[first.Length], two = new double[first.Length];
        for (int t = 0; t < first.Length; t++)
        {
            one[t] = whitening[0, 0] * first[t] + whitening[0, 1] * second[t];
            two[t] = whitening[1, 0] * first[t] + whitening[1, 1] * second[t];
        }

        curve.Scan(one, two);
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

    /// <summary>C^(−½) of a symmetric 2 × 2 matrix, by its closed form.</summary>
    private static Matrix<double> InverseRoot(double a, double b, double d)
    {
        double root = Math.Sqrt(a * d - b * b), scale = 1.0 / (root * Math.Sqrt(a + d + 2.0 * root));
        return Matrix<double>.Build.DenseOfRowArrays(
            [(d + root) * scale, -b * scale], [-b * scale, (a + root) * scale]);
    }

    private static void Apply(Matrix<double> turn, double[] first, double[] second)
    {
        (double a, double b, double c, double d) = (turn[0, 0], turn[0, 1], turn[1, 0], turn[1, 1]);
        for (int t = 0; t < first.Length; t++)
        {
            (first[t], second[t]) = (a * first[t] + b * second[t], c * first[t] + d * second[t]);
        }
    }

    /// <summary>Scales a signal to unit power; returns what it was divided by.</summary>
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
    /// Whether signals, which were white together with what was left out, are nearly without power in some direction.
    /// </summary>
    private static bool IsFlat(double[][] signals)
    {
        Matrix<double> power = Matrix<double>.Build.Dense(signals.Length, signals.Length, (i, j) =>
            System.Numerics.Tensors.TensorPrimitives.Dot<double>(signals[i], signals[j]) / signals[i].Length);
        Vector<double> values = power.Evd(Symmetricity.Symmetric).EigenValues.Real();
        return !(values.Minimum() > MinPower * values.Maximum());
    }

    /// <summary>
    /// Whether the sources of one unmixing are more dependent than those of another, beyond what chance makes of so few
    /// samples.
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
