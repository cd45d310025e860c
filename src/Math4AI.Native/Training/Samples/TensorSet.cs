using Math4AI.Data.Tables;
using static TorchSharp.torch;

namespace Math4AI.Training.Samples;

/// <summary>Samples that are rows of any number of tensors.</summary>
internal sealed class TensorSet : TrainingData
{
    private readonly Batch all;

    public TensorSet(Batch all) => this.all = all;

    /// <inheritdoc/>
    public override int Count => all.Count;

    /// <inheritdoc/>
    public override Batch Take(ReadOnlySpan<long> rows)
    {
        using Tensor index = tensor(rows.ToArray());
        return new Batch([.. all.Parts().Select(part => (part.Name, part.Tensor.index_select(0, index)))]);
    }

    /// <summary>Makes one set of samples that came one by one.</summary>
    public static TensorSet Stack(IReadOnlyList<IReadOnlyDictionary<string, Tensor>> samples) =>
        new(Kept(Joined(samples, "sample", parts => stack(parts, 0))));

    /// <summary>Makes one set of samples that came in batches.</summary>
    public static TensorSet Concatenate(IReadOnlyList<IReadOnlyDictionary<string, Tensor>> batches) =>
        new(Kept(Joined(batches, "batch", parts => cat(parts, 0))));

    /// <summary>Joins the tensors of one name.</summary>
    /// <exception cref="ArgumentException">There is none, or the names or shapes differ.</exception>
    public static Batch Joined(
        IReadOnlyList<IReadOnlyDictionary<string, Tensor>> all, string kind, Func<IList<Tensor>, Tensor> join)
    {
        if (all.Count == 0)
        {
            throw new ArgumentException($"There is no {kind}.");
        }

        int isOneSample = kind == "sample" ? 0 : 1;
        for (int i = 1; i < all.Count; i++)
        {
            foreach ((string name, Tensor first) in all[0])
            {
                if (all[i].Count != all[0].Count || !all[i].TryGetValue(name, out Tensor? other)
                    || !other.shape.AsSpan(isOneSample).SequenceEqual(first.shape.AsSpan(isOneSample))
                    || other.dtype != first.dtype)
                {
                    throw new ArgumentException(
                        $"'{name}' of {kind} {i} is missing or has another shape or type than that of {kind} 0: use "
                        + "SequenceData for sequences of different lengths.");
                }
            }
        }

        return new Batch([.. all[0].Keys.Select(name => (name, join([.. all.Select(one => one[name])])))]);
    }

    private static Batch Kept(Batch all)
    {
        foreach ((_, Tensor tensor) in all.Parts())
        {
            tensor.DetachFromDisposeScope();
        }

        return all;
    }

    /// <summary>Makes rows × columns of float32.</summary>
    public static Tensor Rows(IReadOnlyList<double[]> rows, string argument)
    {
        ArgumentNullException.ThrowIfNull(rows, argument);
        int width = rows.Count > 0 ? rows[0].Length : 0;
        float[] values = new float[(long)rows.Count * width];
        for (int i = 0; i < rows.Count; i++)
        {
            if (rows[i].Length != width)
            {
                throw new ArgumentException($"Row {i} has {rows[i].Length} numbers, and row 0 has {width}.", argument);
            }

            for (int j = 0; j < width; j++)
            {
                values[i * width + j] = (float)rows[i][j];
            }
        }

        return tensor(values, [rows.Count, width]).DetachFromDisposeScope();
    }

    /// <summary>Makes rows × columns of float32 from columns of a table.</summary>
    public static Tensor Columns(Table table, IReadOnlyList<string> names)
    {
        float[] values = new float[(long)table.Rows * names.Count];
        for (int j = 0; j < names.Count; j++)
        {
            double[] column = table.IsNumeric(names[j])
                ? table.Numbers(names[j])
                : throw new ArgumentException($"Column '{names[j]}' has texts: encode them as numbers, or train with "
                    + "TableModel.Train, which does.");
            for (int i = 0; i < table.Rows; i++)
            {
                values[i * names.Count + j] = double.IsFinite(column[i])
                    ? (float)column[i]
                    : throw new ArgumentException(
                        $"Column '{names[j]}' has no finite number in row {i + 1}: fill it in, or drop the row.");
            }
        }

        return tensor(values, [table.Rows, names.Count]).DetachFromDisposeScope();
    }
}

/// <summary>The samples of a data set of TorchSharp.</summary>
internal sealed class DatasetSamples : TrainingData
{
    private readonly utils.data.Dataset dataset;

    public DatasetSamples(utils.data.Dataset dataset) => this.dataset = dataset;

    /// <inheritdoc/>
    public override int Count => checked((int)dataset.Count);

    /// <inheritdoc/>
    public override Batch Take(ReadOnlySpan<long> rows)
    {
        var samples = new List<IReadOnlyDictionary<string, Tensor>>(rows.Length);
        foreach (long row in rows)
        {
            samples.Add(dataset.GetTensor(row));
        }

        return TensorSet.Joined(samples, "sample", parts => stack(parts, 0));
    }
}
