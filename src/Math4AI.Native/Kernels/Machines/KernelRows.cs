namespace Math4AI.Kernels.Machines;

/// <summary>
/// Rows of a Gram matrix in float32, as they are asked for: those used last are kept, within a limit of memory. The
/// solver's own numbers are float64; that rows are float32 is LIBSVM's way too.
/// </summary>
internal sealed class KernelRows
{
    private readonly KernelSamples samples;
    private readonly float[]?[] kept;
    private readonly LinkedList<int> order = new();
    private readonly LinkedListNode<int>?[] places;
    private readonly int capacity;
    private readonly KernelColumns columns;

    public KernelRows(Kernel kernel, KernelSamples samples, long bytes)
    {
        this.samples = samples;
        kept = new float[]?[samples.Count];
        places = new LinkedListNode<int>?[samples.Count];
        capacity = (int)Math.Clamp(bytes / (sizeof(float) * (long)samples.Count), 2, samples.Count);
        columns = kernel.Columns(samples, samples);
        Diagonal = new double[samples.Count];
        kernel.FillDiagonal(samples, Diagonal);
    }

    /// <summary>Gets the number of samples.</summary>
    public int Count => samples.Count;

    /// <summary>Gets k(x_i, x_i).</summary>
    public double[] Diagonal { get; }

    /// <summary>Gets the sample of a variable.</summary>
    public int SampleOf(int variable) => variable < Count ? variable : variable - Count;

    /// <summary>
    /// Gets k(x_i, x_t) of one sample with all. It stays as it is until two other rows were asked for.
    /// </summary>
    public float[] Row(int sample)
    {
        if (kept[sample] is { } row)
        {
            if (order.Last != places[sample])
            {
                order.Remove(places[sample]!);
                order.AddLast(places[sample]!);
            }

            return row;
        }

        float[] target = Take();
        columns.Fill(sample, target);
        kept[sample] = target;
        places[sample] = order.AddLast(sample);
        return target;
    }

    private float[] Take()
    {
        if (order.Count < capacity)
        {
            return new float[Count];
        }

        int oldest = order.First!.Value;
        order.RemoveFirst();
        float[] row = kept[oldest]!;
        (kept[oldest], places[oldest]) = (null, null);
        return row;
    }
}
