namespace Math4AI.Unsupervised.Hierarchies;

/// <summary>An edge of a spanning tree.</summary>
/// <param name="From">A sample, from 0.</param>
/// <param name="To">Another one.</param>
/// <param name="Weight">How far they are from one another.</param>
internal readonly record struct TreeEdge(int From, int To, double Weight);
