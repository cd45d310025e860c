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
            // Where all rows fit, none is ever given up, and their order does not matter.
            if (capacity < Count && order.Last != places[sample])
            {
                order.Remove(places[sample]!);
                order.AddLast(places[sample]!);
            }

            return row;
        }

        float[] target = Take();
        columns.Fill(sample, 1, target);
        Keep(sample, target);
        return target;
    }

    /// <summary>
    /// Gets whether rows are worth computing together: where all fit, and several take little longer than one.
    /// </summary>
    public bool AreTogether => capacity == Count && columns.IsFasterTogether;

    /// <summary>Gets whether a row is kept.</summary>
    public bool Has(int sample) => kept[sample] is not null;

    /// <summary>Computes rows that are not kept, where all fit.</summary>
    public void Fetch(ReadOnlySpan<int> wanted)
    {
        float[] values = new float[Count * wanted.Length];
        columns.Fill(wanted, values);
        for (int i = 0; i < wanted.Length; i++)
        {
            Keep(wanted[i], values.AsSpan(i * Count, Count).ToArray());
        }
    }

    private void Keep(int sample, float[] row)
    {
        kept[sample] = row;
        places[sample] = capacity < Count ? order.AddLast(sample) : null;
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
