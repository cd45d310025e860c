using Math4AI.LinearAlgebra;
using Math4AI.LinearAlgebra.Blocks;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Separation.Live;

/// <summary>
/// Follows the W with independent y = W x through segments of a few milliseconds. Every source has in every segment a
/// variance of its own, and beyond it a score of its own (<see cref="AdaptiveScore"/>): what rises and falls and what
/// is not Gaussian both tell sources apart. The relative gradient G_ij = E φ_i(y_i) y_j of one segment is divided by
/// the curvature of all, forgotten exponentially, in pairs; the weight of a segment falls as 1/n at first, so the start
/// needs no rule of its own. Sources: J.-F. Cardoso and B. Laheld, IEEE Transactions on Signal Processing 44 (1996),
/// for the relative gradient; D.-T. Pham and J.-F. Cardoso, "Blind separation of instantaneous mixtures of
/// nonstationary sources", IEEE Transactions on Signal Processing 49 (2001), for the variances.
/// </summary>
internal sealed class RecursiveNewton
{
    private const double StartSeconds = 0.2;
    private const double LevelSeconds = 2.0;
    private const double SilenceSeconds = 20.0;
    private const double WatchSeconds = 0.3;
    private const double TrustSeconds = 0.02;
    private const double MinLevel = 3e-3;
    private const double Damping = 0.05;
    private const double LargestStep = 0.3;
    private const double Silence = 1e-12;
    private const double RelativeSilence = 1e-6;
    private const double MaxCorrelation = 0.9;
    private const double BirthRise = 1e6;

    private readonly int order;
    private readonly int length;
    private readonly double segmentSeconds;
    private readonly double keep;
    private readonly double keepLevel;
    private readonly double keepWatch;

    private readonly double[] covariance;
    private readonly double[] watched;
    private readonly double[] collected;
    private readonly double[] outputCovariance;
    private readonly double[] scratch;
    private readonly double[] levels;
    private readonly double[] variances;
    private readonly double[] curvature;
    private readonly double[] gradient;
    private readonly double[] steps;
    private readonly double[] outputs;
    private readonly double[] bounded;
    private readonly AdaptiveScore[] scores;

    private double weight;
    private double longPower;
    private double collectedSeconds;
    private bool isWarm;

    /// <summary>Begins with W = I, and nothing known.</summary>
    /// <param name="order">The number of channels.</param>
    /// <param name="length">The samples of a segment.</param>
    /// <param name="segmentSeconds">Its seconds.</param>
    /// <param name="forgetSeconds">The time constant of forgetting.</param>
    public RecursiveNewton(int order, int length, double segmentSeconds, double forgetSeconds)
    {
        (this.order, this.length, this.segmentSeconds) = (order, length, segmentSeconds);
        keep = Math.Exp(-segmentSeconds / forgetSeconds);
        keepLevel = Math.Exp(-segmentSeconds / LevelSeconds);
        keepWatch = Math.Exp(-segmentSeconds / WatchSeconds);
        int square = order * order;
        (covariance, watched, collected, outputCovariance) =
            (new double[square], new double[square], new double[square], new double[square]);
        (scratch, curvature, gradient, steps) =
            (new double[square], new double[square], new double[square], new double[square]);
        (levels, variances, scores) = (new double[order], new double[order], new AdaptiveScore[order]);
        (outputs, bounded) = (new double[order * length], new double[length]);
        Unmixing = new double[square];
        for (int i = 0; i < order; i++)
        {
            Unmixing[i * order + i] = 1.0;
        }
    }

    /// <summary>Gets W, row-major.</summary>
    public double[] Unmixing { get; }

    /// <summary>Gets whether enough sound has been heard for a first W.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>
    /// Begins with a W that is known: it is not left before as much has been heard as a start from nothing needs.
    /// </summary>
    public void StartFrom(ReadOnlySpan<double> unmixing)
    {
        unmixing.CopyTo(Unmixing);
        (HasBegun, isWarm) = (true, true);
    }

    /// <summary>Learns from a segment.</summary>
    /// <param name="segment">Channel after channel.</param>
    public void Learn(ReadOnlySpan<double> segment)
    {
        double power = Covariance(segment);
        if (power < Silence || power < RelativeSilence * longPower)
        {
            longPower *= 1.0 - segmentSeconds / SilenceSeconds;
            return;
        }

        longPower = keepLevel * longPower + (1.0 - keepLevel) * power;
        for (int i = 0; i < watched.Length; i++)
        {
            watched[i] = keepWatch * watched[i] + (1.0 - keepWatch) * covariance[i];
        }

        if (!HasBegun && !Begin(power))
        {
            return;
        }

        Congruence(covariance, outputCovariance);
        if (HasGoneWrong())
        {
            BeginAgain();
            return;
        }

        UpdateLevels();
        weight = keep * weight + 1.0;
        Gradient(segment);
        if (isWarm && weight * segmentSeconds < StartSeconds)
        {
            return;
        }

        isWarm = false;
        Step();
    }

    private double Covariance(ReadOnlySpan<double> segment)
    {
        double power = 0.0;
        for (int i = 0; i < order; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double value = Dot(segment.Slice(i * length, length), segment.Slice(j * length, length)) / length;
                covariance[i * order + j] = covariance[j * order + i] = value;
            }

            power += covariance[i * order + i];
        }

        return power;
    }

    /// <summary>Computes the first W: the symmetric whitening, which stays nearest to the channels.</summary>
    private bool Begin(double power)
    {
        for (int i = 0; i < collected.Length; i++)
        {
            collected[i] += covariance[i] / power;
        }

        collectedSeconds += segmentSeconds;
        if (collectedSeconds < StartSeconds)
        {
            return false;
        }

        Matrix<double> past = CreateMatrix.Dense<double>(order, order, (i, j) => collected[i * order + j]);
        Matrix<double> first = InverseSquareRoot(past);
        if (Array.Exists(levels, level => level > 0.0))
        {
            Matrix<double> before = CreateMatrix.Dense<double>(order, order, (i, j) => Unmixing[i * order + j]);
            first = LikeBefore(first, first * past * before.Transpose());
        }

        first.ToRowMajorArray().CopyTo(Unmixing, 0);
        Congruence(covariance, outputCovariance);
        for (int i = 0; i < order; i++)
        {
            levels[i] = outputCovariance[i * order + i];
        }

        return HasBegun = true;
    }

    private static Matrix<double> InverseSquareRoot(Matrix<double> covariance)
    {
        const double MinEigenvalue = 1e-6;
        var eigen = covariance.Evd(Symmetricity.Symmetric);
        Vector<double> values = eigen.EigenValues.Real();
        double least = MinEigenvalue * values.Maximum();
        return eigen.EigenVectors
            * CreateMatrix.DiagonalOfDiagonalVector(values.Map(value => 1.0 / Math.Sqrt(Math.Max(value, least))))
            * eigen.EigenVectors.Transpose();
    }

    /// <summary>
    /// Puts the rows in the order, and with the signs, of the old rows that they are most like: a source keeps its
    /// place.
    /// </summary>
    /// <param name="rows">The new rows.</param>
    /// <param name="products">The covariances of new outputs, of unit power, with the old ones.</param>
    private static Matrix<double> LikeBefore(Matrix<double> rows, Matrix<double> products)
    {
        Matrix<double> placed = rows.Clone(), likeness = products.NormalizeColumns(2.0).PointwiseAbs();
        for (int round = 0; round < rows.RowCount; round++)
        {
            (int row, int place, _) = likeness.EnumerateIndexed().MaxBy(entry => entry.Item3);
            placed.SetRow(place, products[row, place] < 0.0 ? -rows.Row(row) : rows.Row(row));
            for (int i = 0; i < rows.RowCount; i++)
            {
                (likeness[row, i], likeness[i, place]) = (-1.0, -1.0);
            }
        }

        return placed;
    }

    /// <summary>Returns whether two outputs are copies of each other, or a new source has appeared.</summary>
    private bool HasGoneWrong()
    {
        double[] correlation = steps;
        Congruence(watched, correlation);
        for (int i = 0; i < order; i++)
        {
            if (levels[i] > 0.0 && outputCovariance[i * order + i] > BirthRise * levels[i])
            {
                return true;
            }

            for (int j = 0; j < i; j++)
            {
                double limit =
                    MaxCorrelation * MaxCorrelation * correlation[i * order + i] * correlation[j * order + j];
                if (correlation[i * order + j] * correlation[i * order + j] > limit)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private void BeginAgain()
    {
        (HasBegun, isWarm, weight, collectedSeconds) = (false, false, 0.0, 0.0);
        Array.Clear(collected);
        Array.Clear(curvature);
        Array.Clear(scores);
    }

    /// <summary>Updates the level of each source over seconds; silence lowers it slowly.</summary>
    private void UpdateLevels()
    {
        for (int i = 0; i < order; i++)
        {
            double power = outputCovariance[i * order + i], quick = 1.0 - keepLevel;
            double share = power > levels[i] ? Math.Max(0.02, quick) : power > 1e-3 * levels[i] ? quick : 0.1 * quick;
            levels[i] += share * (power - levels[i]);
            variances[i] = Math.Max(power, MinLevel * levels[i]) + 1e-30;
        }
    }

    /// <summary>
    /// Computes the gradient of the segment over the weight of all, and their curvature, with the segment in it.
    /// </summary>
    private void Gradient(ReadOnlySpan<double> segment)
    {
        BlockKernels.Project(Unmixing, order, segment, order, length, outputs);
        double trust = weight / (weight + TrustSeconds / segmentSeconds);
        for (int i = 0; i < order; i++)
        {
            double deviation = Math.Sqrt(variances[i]);
            AdaptiveScore.Sums sums =
                AdaptiveScore.Evaluate(outputs.AsSpan(i * length, length), 1.0 / deviation, bounded);
            scores[i].Add(sums, length, keep, weight, trust);
            for (int j = 0; j < order; j++)
            {
                if (i == j)
                {
                    continue;
                }

                int at = i * order + j;
                double product = Dot(bounded, outputs.AsSpan(j * length, length)) / (length * deviation);
                gradient[at] =
                    (scores[i].Linear * outputCovariance[at] / variances[i] + scores[i].Bounded * product) / weight;
                curvature[at] = keep * curvature[at] + outputCovariance[j * order + j] / variances[i];
            }
        }
    }

    /// <summary>Takes a step, W ← (I − E) W, with E from the 2 × 2 systems of the pairs.</summary>
    private void Step()
    {
        double largest = SolvePairs();
        if (!double.IsFinite(largest))
        {
            BeginAgain();
            return;
        }

        double size = largest > LargestStep ? LargestStep / largest : 1.0;
        Unmixing.CopyTo(scratch, 0);
        for (int i = 0; i < order; i++)
        {
            for (int k = 0; k < order; k++)
            {
                double step = size * steps[i * order + k];
                for (int j = 0; j < order; j++)
                {
                    Unmixing[i * order + j] -= step * scratch[k * order + j];
                }
            }
        }
    }

    /// <summary>Finds E; returns the largest change that it makes, relative to the level of the output.</summary>
    private double SolvePairs()
    {
        double largest = 0.0;
        Array.Clear(steps);
        const double MinDeterminant = (1.0 + Damping) * (1.0 + Damping) - 1.0;
        for (int i = 0; i < order; i++)
        {
            for (int j = 0; j < i; j++)
            {
                (int ij, int ji) = (i * order + j, j * order + i);
                double first = (1.0 + Damping) * scores[i].Slope * curvature[ij] / weight;
                double second = (1.0 + Damping) * scores[j].Slope * curvature[ji] / weight;
                double determinant = first * second - 1.0;
                if (determinant < MinDeterminant)
                {
                    double larger = Math.Sqrt((1.0 + MinDeterminant) / (first * second + 1e-300));
                    (first, second, determinant) = (first * larger, second * larger, MinDeterminant);
                }

                steps[ij] = (second * gradient[ij] - gradient[ji]) / determinant;
                steps[ji] = (first * gradient[ji] - gradient[ij]) / determinant;
                double ratio = Math.Sqrt((levels[j] + 1e-30) / (levels[i] + 1e-30));
                largest = Math.Max(largest, Math.Max(Math.Abs(steps[ij]) * ratio, Math.Abs(steps[ji]) / ratio));
            }
        }

        return largest;
    }

    /// <summary>Computes W C Wᵀ.</summary>
    private void Congruence(double[] matrix, double[] result)
    {
        for (int i = 0; i < order; i++)
        {
            for (int j = 0; j < order; j++)
            {
                double sum = 0.0;
                for (int k = 0; k < order; k++)
                {
                    sum += Unmixing[i * order + k] * matrix[k * order + j];
                }

                scratch[i * order + j] = sum;
            }
        }

        for (int i = 0; i < order; i++)
        {
            for (int j = 0; j < order; j++)
            {
                double sum = 0.0;
                for (int k = 0; k < order; k++)
                {
                    sum += scratch[i * order + k] * Unmixing[j * order + k];
                }

                result[i * order + j] = sum;
            }
        }
    }

    private static unsafe double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        fixed (double* a = x, b = y)
        {
            return BlockKernels.Dot(a, b, x.Length);
        }
    }
}
