using Math4AI.Data;

namespace Math4AI.Probability.Sampling;

/// <summary>Represents the draws of one chain after its warm-up, and how each of them came about.</summary>
public sealed class ChainDraws
{
    internal ChainDraws(int parameters, int count)
    {
        Values = [.. Enumerable.Range(0, parameters).Select(_ => new double[count])];
        LogDensity = new double[count];
        Energy = new double[count];
        Acceptance = new double[count];
        TreeDepth = new int[count];
        IsDivergent = new bool[count];
    }

    /// <summary>Returns the numbers of draws and of parameters.</summary>
    public override string ToString() =>
        $"{Counted.Of(Count, "draw")} of {Counted.Of(Values.Count, "parameter")}";

    /// <summary>Gets the number of draws.</summary>
    public int Count => LogDensity.Length;

    /// <summary>Gets the draws of each parameter, parameters × draws.</summary>
    public IReadOnlyList<double[]> Values { get; }

    /// <summary>
    /// Gets log p of each draw, up to a constant, with the logarithm of the transforms' Jacobian where parameters have
    /// bounds.
    /// </summary>
    public double[] LogDensity { get; }

    /// <summary>Gets the energy H of each draw, −log p and the kinetic energy.</summary>
    public double[] Energy { get; }

    /// <summary>Gets the mean acceptance, min(1, e^(H₀ − H)), over each draw's trajectory, from 0 to 1.</summary>
    public double[] Acceptance { get; }

    /// <summary>Gets the number of doublings of each draw's trajectory.</summary>
    public int[] TreeDepth { get; }

    /// <summary>
    /// Gets whether each draw's trajectory left the dynamics: its energy rose by more than 1000, as where the density
    /// bends more than the step size follows.
    /// </summary>
    public bool[] IsDivergent { get; }

    /// <summary>Gets the step size after the warm-up.</summary>
    public double StepSize { get; internal set; }

    /// <summary>Gets the number of gradients that the chain has taken, warm-up and draws.</summary>
    public long Gradients { get; internal set; }

    internal ChainState? State { get; set; }

    /// <summary>All of it as numbers, for other processes.</summary>
    internal double[] ToNumbers()
    {
        ChainState state = State!;
        return
        [
            StepSize, Gradients, state.StepSize, state.Random >> 32, state.Random & uint.MaxValue,
            .. state.Position, .. Values.SelectMany(values => values), .. LogDensity, .. Energy, .. Acceptance,
            .. TreeDepth.Select(depth => (double)depth), .. IsDivergent.Select(is1 => is1 ? 1.0 : 0.0),
            .. state.InverseMass,
        ];
    }

    /// <summary>Sets all of it from such numbers.</summary>
    internal void SetNumbers(double[] numbers)
    {
        int at = 5;
        double[] Next(int count) => numbers[at..(at += count)];
        double[] position = Next(Values.Count);
        foreach (double[] values in (IEnumerable<double[]>)[.. Values, LogDensity, Energy, Acceptance])
        {
            Next(Count).CopyTo(values, 0);
        }

        Array.ConvertAll(Next(Count), depth => (int)depth).CopyTo(TreeDepth, 0);
        Array.ConvertAll(Next(Count), value => value > 0.0).CopyTo(IsDivergent, 0);
        (StepSize, Gradients) = (numbers[0], (long)numbers[1]);
        State = new ChainState(
            position, numbers[at..], numbers[2], ((ulong)numbers[3] << 32) | (ulong)numbers[4]);
    }

    /// <summary>The same draws, with room for more, or the first of them.</summary>
    internal ChainDraws OfLength(int count)
    {
        int kept = Math.Min(count, Count);
        var found = new ChainDraws(Values.Count, count) { Gradients = Gradients, StepSize = StepSize, State = State };
        for (int j = 0; j < Values.Count; j++)
        {
            Values[j].AsSpan(0, kept).CopyTo(found.Values[j]);
        }

        LogDensity.AsSpan(0, kept).CopyTo(found.LogDensity);
        Energy.AsSpan(0, kept).CopyTo(found.Energy);
        Acceptance.AsSpan(0, kept).CopyTo(found.Acceptance);
        TreeDepth.AsSpan(0, kept).CopyTo(found.TreeDepth);
        IsDivergent.AsSpan(0, kept).CopyTo(found.IsDivergent);
        return found;
    }
}
