namespace Math4AI.Probability.Conformal;

/// <summary>Checks what is given to calibrate with.</summary>
internal static class ConformalInput
{
    /// <summary>|y_i − f_i|, of finite numbers.</summary>
    public static double[] Differences(IReadOnlyList<double> targets, IReadOnlyList<double> predictions)
    {
        Check(targets, predictions);
        return [.. targets.Zip(predictions, (target, prediction) => Math.Abs(target - prediction))];
    }

    /// <summary>Throws unless all are finite and of one length, which is not 0.</summary>
    public static void Check(params ReadOnlySpan<IReadOnlyList<double>> columns)
    {
        foreach (IReadOnlyList<double> column in columns)
        {
            ArgumentNullException.ThrowIfNull(column);
            if (column.Count == 0 || column.Count != columns[0].Count)
            {
                throw new ArgumentException(
                    $"A prediction for each sample is needed, and there are {columns[0].Count} samples and "
                    + $"{column.Count} predictions.");
            }

            for (int i = 0; i < column.Count; i++)
            {
                if (!double.IsFinite(column[i]))
                {
                    throw new ArgumentException($"Sample {i + 1} has the value {column[i]}: it must be finite.");
                }
            }
        }
    }
}
