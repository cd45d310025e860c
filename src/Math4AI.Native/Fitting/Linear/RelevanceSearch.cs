using System.Numerics.Tensors;
using Math4AI.LinearAlgebra.Decompositions;

namespace Math4AI.Fitting.Linear;

/// <summary>
/// The greatest evidence where each weight has a prior deviation of its own, by one input at a time: for that input
/// alone the best ρ_j = s_j²/σ² is known in closed form, with σ maximized out or given, and is 0 where the input
/// explains less than noise would. Each step takes the input that raises the evidence most, from none; so the evidence
/// never falls. Kept are K⁻¹ X, diag Xᵀ K⁻¹ X, Xᵀ K⁻¹ y and yᵀ K⁻¹ y with K = I + X R Xᵀ.
/// </summary>
internal sealed class RelevanceSearch
{
    // Steps by updates of rank one before all is computed anew: their rounding adds up.
    private const int StepsAtATime = 20;

    private readonly CenteredRegression samples;
    private readonly double? noiseVariance;
    private readonly double[] ratios;
    private readonly double[][] solved;
    private readonly double[] diagonal;
    private readonly double[] slopes;
    private double squares;

    private RelevanceSearch(CenteredRegression samples, double? noise)
    {
        int count = samples.Columns.Length;
        (this.samples, noiseVariance) = (samples, noise * noise);
        (ratios, diagonal, slopes) = (new double[count], new double[count], new double[count]);
        solved = [.. samples.Columns.Select(column => new double[column.Length])];
        Refresh();
    }

    public static EvidenceMaximum Run(
        CenteredRegression samples, double? noise, int maxIterations, double tolerance, CancellationToken cancellation)
    {
        var search = new RelevanceSearch(samples, noise);
        int steps = 0;
        bool isConverged = false;
        for (int sinceRefresh = 0; steps < maxIterations;)
        {
            cancellation.ThrowIfCancellationRequested();
            (int best, double ratio) = search.Best(tolerance);
            if (best < 0 && sinceRefresh == 0)
            {
                isConverged = true;
                break;
            }

            if (best >= 0)
            {
                steps++;
                search.Change(best, ratio);
            }

            // A ratio that becomes 0 loses digits in an update of rank one.
            sinceRefresh = best < 0 || ratio == 0.0 || sinceRefresh == StepsAtATime ? 0 : sinceRefresh + 1;
            if (sinceRefresh == 0)
            {
                search.Refresh();
            }
        }

        search.Refresh();
        return search.Maximum(steps, isConverged);
    }

    private EvidenceMaximum Maximum(int steps, bool isConverged)
    {
        samples.RequireNoise(noiseVariance is null ? squares : double.PositiveInfinity);
        return new EvidenceMaximum(noiseVariance ?? squares / samples.Freedom, ratios, steps, isConverged);
    }

    /// <summary>The input whose best ratio raises the evidence most; −1 where none changes by the tolerance.</summary>
    private (int Input, double Ratio) Best(double tolerance)
    {
        (int best, double ratio, double most) = (-1, 0.0, samples.Freedom * 1e-16);
        for (int j = 0; j < ratios.Length; j++)
        {
            if (!(diagonal[j] > 0.0))
            {
                continue;
            }

            // Of the others alone, K₋: t = ρ x K₋⁻¹ x is signal to noise; yᵀ K⁻¹ y goes from without to within.
            double left = Math.Max(1.0 - ratios[j] * diagonal[j], 1e-15), now = 1.0 / left - 1.0;
            double within = squares - slopes[j] * slopes[j] / diagonal[j];
            double explained = slopes[j] * slopes[j] / (diagonal[j] * left);
            if (noiseVariance is null)
            {
                samples.RequireNoise(within);
            }

            double then = Math.Max(0.0, noiseVariance is { } variance
                ? explained / variance - 1.0
                : ((samples.Freedom - 1.0) * explained - within) / within);
            double gain = Gain(then, explained, within) - Gain(now, explained, within);
            if (gain > most && Math.Abs(Math.Log((1.0 + then) * left)) > tolerance)
            {
                (best, ratio, most) = (j, then * left / diagonal[j], gain);
            }
        }

        return (best, ratio);
    }

    private double Gain(double t, double explained, double within)
    {
        double rest = within + explained / (1.0 + t);
        return -0.5 * Math.Log(1.0 + t)
            - 0.5 * (noiseVariance is { } variance ? rest / variance : samples.Freedom * Math.Log(rest));
    }

    private void Change(int input, double ratio)
    {
        double change = ratio - ratios[input], weight = change / (1.0 + change * diagonal[input]);
        double[] direction = [.. solved[input]];
        double slope = slopes[input];
        ratios[input] = ratio;
        squares -= weight * slope * slope;
        for (int i = 0; i < ratios.Length; i++)
        {
            double product = TensorPrimitives.Dot<double>(samples.Columns[i], direction);
            TensorPrimitives.MultiplyAdd(direction, -weight * product, solved[i], solved[i]);
            diagonal[i] -= weight * product * product;
            slopes[i] -= weight * slope * product;
        }
    }

    /// <summary>Computes all anew from M = I + Bᵀ B with B = X √R: K⁻¹ x = x − B M⁻¹ Bᵀ x.</summary>
    private void Refresh()
    {
        int[] used = [.. Enumerable.Range(0, ratios.Length).Where(j => ratios[j] > 0.0)];
        double[][] b = [.. used.Select(j => Scaled(samples.Columns[j], Math.Sqrt(ratios[j])))];
        double[] m = [.. b.SelectMany(left => b.Select(right => TensorPrimitives.Dot<double>(left, right)))];
        for (int i = 0; i < used.Length; i++)
        {
            m[i * used.Length + i] += 1.0;
        }

        PositiveDefiniteFactor? factor = used.Length == 0 ? null : PositiveDefiniteFactor.TryFactor(m, used.Length)
            ?? throw CenteredRegression.NoNoise();
        double[] rest = [.. samples.Coordinates], weights = Residual(factor, b, rest);
        squares = samples.OutsideSquares + TensorPrimitives.SumOfSquares<double>(rest)
            + TensorPrimitives.SumOfSquares<double>(weights);
        for (int j = 0; j < ratios.Length; j++)
        {
            samples.Columns[j].CopyTo(solved[j], 0);
            Residual(factor, b, solved[j]);
            diagonal[j] = TensorPrimitives.Dot<double>(samples.Columns[j], solved[j]);
            slopes[j] = TensorPrimitives.Dot<double>(samples.Columns[j], rest);
        }
    }

    /// <summary>Replaces x by K⁻¹ x and returns M⁻¹ Bᵀ x.</summary>
    private static double[] Residual(PositiveDefiniteFactor? factor, double[][] b, double[] x)
    {
        double[] weights = [.. b.Select(column => TensorPrimitives.Dot<double>(column, x))];
        factor?.Solve(weights);
        for (int i = 0; i < weights.Length; i++)
        {
            TensorPrimitives.MultiplyAdd(b[i], -weights[i], x, x);
        }

        return weights;
    }

    private static double[] Scaled(double[] values, double factor)
    {
        double[] scaled = new double[values.Length];
        TensorPrimitives.Multiply(values, factor, scaled);
        return scaled;
    }
}
