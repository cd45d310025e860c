using System.Numerics.Tensors;

namespace Math4AI.Kernels.GaussianProcesses.Sparse;

/// <summary>
/// Chooses inducing points among the samples: one after the other, the sample whose function value the points before it
/// leave most uncertain (a Cholesky factor with pivots, of a part of the samples where there are many).
/// </summary>
/// <remarks>Source: Burt, Rasmussen and van der Wilk, Convergence of sparse variational inference, JMLR 21 (2020).
/// </remarks>
internal static class InducingPoints
{
    // Candidates for each point that is to be chosen.
    private const int CandidatesForEach = 10;

    // A candidate whose variance is this share of the largest is determined by the points to rounding.
    private const double Determined = 1e-10;

    /// <summary>Chooses points.</summary>
    /// <returns>The rows, in ascending order; fewer than asked for where those determine every candidate.</returns>
    public static int[] Choose(Kernel kernel, KernelSamples samples, int count, int seed)
    {
        int[] rows = [.. Enumerable.Range(0, samples.Count)];
        if (count >= rows.Length)
        {
            return rows;
        }

        if (rows.Length > (long)CandidatesForEach * count)
        {
            new Random(seed).Shuffle(rows);
            rows = [.. rows[..(CandidatesForEach * count)].Order()];
        }

        KernelSamples candidates = samples.Only(rows.AsSpan());
        double[] variances = new double[rows.Length];
        kernel.FillDiagonal(candidates, variances);
        double enough = Determined * variances.Max();
        var columns = new List<double[]>(count);
        List<int> chosen = [];
        while (chosen.Count < count && TensorPrimitives.IndexOfMax<double>(variances) is var next
            && variances[next] > enough)
        {
            columns.Add(ColumnOf(kernel, candidates, columns, next, variances[next]));
            chosen.Add(rows[next]);
            for (int i = 0; i < rows.Length; i++)
            {
                variances[i] -= columns[^1][i] * columns[^1][i];
            }

            variances[next] = 0.0;
        }

        return [.. chosen.Order()];
    }

    /// <summary>The next column of the factor: (k(X, x) − Σ_j l_j l_j(x))/√variance.</summary>
    private static double[] ColumnOf(
        Kernel kernel, KernelSamples candidates, List<double[]> columns, int pivot, double variance)
    {
        var cross = new GramMatrix(candidates.Count, 1);
        kernel.Fill(candidates, candidates.Only(pivot), cross);
        double[] values = cross.Values;
        foreach (double[] column in columns)
        {
            TensorPrimitives.MultiplyAdd(column, -column[pivot], values, values);
        }

        TensorPrimitives.Multiply(values, 1.0 / Math.Sqrt(variance), values);
        return values;
    }
}
