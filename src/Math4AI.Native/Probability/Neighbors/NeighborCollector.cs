namespace Math4AI.Probability.Neighbors;

/// <summary>Takes the samples that a search finds for one query.</summary>
internal abstract class NeighborCollector
{
    /// <summary>Gets the sample that is the query itself; -1 for none.</summary>
    public int Self { get; private set; }

    /// <summary>Gets the largest distance that is still wanted; the square for Euclid's.</summary>
    public double Bound { get; protected set; }

    /// <summary>Begins with another query.</summary>
    public virtual void Begin(int self) => Self = self;

    /// <summary>Takes a sample at a distance that is not above the bound.</summary>
    public abstract void Offer(int sample, double distance);

    /// <summary>The k nearest; of equal distances the first samples.</summary>
    public sealed class Nearest(int count) : NeighborCollector
    {
        private readonly double[] distances = new double[count];
        private readonly int[] samples = new int[count];

        public ReadOnlySpan<double> Distances => distances;

        public ReadOnlySpan<int> Samples => samples;

        public override void Begin(int self)
        {
            base.Begin(self);
            Array.Fill(distances, double.PositiveInfinity);
            Array.Fill(samples, int.MaxValue);
            Bound = double.PositiveInfinity;
        }

        public override void Offer(int sample, double distance)
        {
            int at = count - 1;
            if (sample == Self || !IsBefore(distance, sample, at))
            {
                return;
            }

            for (; at > 0 && IsBefore(distance, sample, at - 1); at--)
            {
                distances[at] = distances[at - 1];
                samples[at] = samples[at - 1];
            }

            (distances[at], samples[at]) = (distance, sample);
            Bound = distances[count - 1];
        }

        private bool IsBefore(double distance, int sample, int at) =>
            distance < distances[at] || (distance == distances[at] && sample < samples[at]);
    }

    /// <summary>All within a radius.</summary>
    public sealed class Within : NeighborCollector
    {
        private readonly List<int> samples = [];

        public ReadOnlySpan<int> Samples => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(samples);

        /// <summary>Begins with another query and its bound.</summary>
        public void Begin(int self, double bound)
        {
            Begin(self);
            Bound = bound;
            samples.Clear();
        }

        public override void Offer(int sample, double distance)
        {
            if (sample != Self)
            {
                samples.Add(sample);
            }
        }
    }
}
