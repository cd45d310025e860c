using System.Numerics.Tensors;
using Math4AI.LinearAlgebra.Decompositions;
using Math4AI.Probability.Sampling;

namespace Math4AI.Unsupervised.Outliers;

/// <summary>Some samples with their mean and covariance.</summary>
/// <param name="Members">The samples.</param>
/// <param name="Mean">The mean.</param>
/// <param name="Covariance">The covariance with the divisor n, column after column.</param>
/// <param name="Factor">Its Cholesky factor.</param>
internal sealed record Subset(int[] Members, double[] Mean, double[] Covariance, PositiveDefiniteFactor Factor)
{
    /// <summary>Gets the logarithm of the determinant of the covariance.</summary>
    public double LogDeterminant { get; } = Factor.LogDeterminant();
}

/// <summary>
/// Steps that lower the determinant: the h samples that are nearest in units of a covariance have one of their own
/// whose determinant is not larger. Source: Rousseeuw and Van Driessen, theorem 1.
/// </summary>
internal sealed class ConcentrationSteps(double[] rows, int channels)
{
    // In units of a column's variance: below it, samples are taken to lie in a plane.
    private const double LeastPivot = 1e-12;

    /// <summary>Draws one more sample than channels, and further ones while they lie in a plane.</summary>
    /// <returns>The subset; null where all members lie in a plane.</returns>
    public Subset? Draw(int[] members, ChainRandom random)
    {
        int[] order = [.. members];
        for (int size = 0; size < order.Length; size++)
        {
            int other = size + (int)(random.NextDouble() * (order.Length - size));
            (order[size], order[other]) = (order[other], order[size]);
            if (size >= channels && Of(order[..(size + 1)]) is { } drawn)
            {
                return drawn;
            }
        }

        return null;
    }

    /// <summary>Steps until the determinant no longer falls.</summary>
    /// <param name="members">The samples to choose from.</param>
    /// <param name="start">Where to begin.</param>
    /// <param name="inside">h.</param>
    /// <param name="maxSteps">The largest number of steps.</param>
    /// <returns>The subset; null where one of the steps leads into a plane.</returns>
    public Subset? Concentrate(int[] members, Subset start, int inside, int maxSteps)
    {
        Subset? at = start;
        for (int step = 0; step < maxSteps && at is not null; step++)
        {
            double[] squares = Squares(at, members);
            int[] order = [.. members];
            Array.Sort(squares, order);
            Subset? next = Of([.. order[..inside].Order()]);
            if (next is not null && next.Members.AsSpan().SequenceEqual(at.Members))
            {
                return next;
            }

            at = next;
        }

        return at;
    }

    /// <summary>Computes the squared distances of all samples in units of a covariance.</summary>
    public double[] Squares(Subset from) => Squares(from, [.. Enumerable.Range(0, rows.Length / channels)]);

    /// <summary>Computes mean and covariance; null where the samples lie in a plane.</summary>
    public Subset? Of(int[] members)
    {
        double[] mean = new double[channels], covariance = new double[channels * channels];
        foreach (int member in members)
        {
            ReadOnlySpan<double> row = Row(member);
            for (int j = 0; j < channels; j++)
            {
                mean[j] += row[j] / members.Length;
            }
        }

        double[] apart = new double[channels];
        foreach (int member in members)
        {
            TensorPrimitives.Subtract<double>(Row(member), mean, apart);
            for (int j = 0; j < channels; j++)
            {
                for (int i = 0; i < channels; i++)
                {
                    covariance[j * channels + i] += apart[i] * apart[j] / members.Length;
                }
            }
        }

        return PositiveDefiniteFactor.TryFactor([.. covariance], channels) is { } factor && IsSound(factor, covariance)
            ? new Subset(members, mean, covariance, factor)
            : null;
    }

    private bool IsSound(PositiveDefiniteFactor factor, double[] covariance)
    {
        for (int j = 0; j < channels; j++)
        {
            double pivot = factor.Lower[j * channels + j];
            if (!(pivot * pivot > LeastPivot * covariance[j * channels + j]))
            {
                return false;
            }
        }

        return true;
    }

    private double[] Squares(Subset from, int[] members)
    {
        double[] squares = new double[members.Length], solved = new double[channels];
        ReadOnlySpan<double> lower = from.Factor.Lower;
        for (int i = 0; i < members.Length; i++)
        {
            TensorPrimitives.Subtract<double>(Row(members[i]), from.Mean, solved);
            double sum = 0.0;
            for (int j = 0; j < channels; j++)
            {
                double value = solved[j] / lower[j * channels + j];
                for (int k = j + 1; k < channels; k++)
                {
                    solved[k] -= lower[j * channels + k] * value;
                }

                sum += value * value;
            }

            squares[i] = double.IsNaN(sum) ? double.PositiveInfinity : sum;
        }

        return squares;
    }

    private ReadOnlySpan<double> Row(int sample) => rows.AsSpan(sample * channels, channels);
}
