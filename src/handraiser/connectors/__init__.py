"""How is somebody outside told of something, and what do they make of it?"""
