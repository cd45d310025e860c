namespace Math4AI.Probability.Sampling;

/// <summary>A point of phase space: position, momentum, and the density there.</summary>
internal sealed class Phase(int count)
{
    public double[] Position { get; } = new double[count];

    public double[] Momentum { get; } = new double[count];

    /// <summary>∂ log p/∂z.</summary>
    public double[] Gradient { get; } = new double[count];

    public double LogDensity { get; set; }

    public void CopyFrom(Phase other)
    {
        other.Position.CopyTo(Position, 0);
        other.Momentum.CopyTo(Momentum, 0);
        other.Gradient.CopyTo(Gradient, 0);
        LogDensity = other.LogDensity;
    }
}
